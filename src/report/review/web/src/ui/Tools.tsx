/** How the picture is shown: window, filters, what is drawn over it, what stands beside it. */

import type { JSX } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { BAND_COLOURS, BAND_WORDS } from '../colour';
import type { Desk } from '../desk';
import { sampled, type Scan } from '../scan';
import { BANDS } from '../words';
import { histogram, PRESETS, rangeOf, type Shade } from '../window';
import { Key } from './marks';

export function Tools({ desk, scan, shade }: { desk: Desk; scan: Scan; shade: Shade }): JSX.Element {
  const { shown } = desk.state;
  const dual = scan.planes.length > 1;
  return (
    <div class="tools" role="toolbar" aria-label="Picture">
      <div class="segments" role="group" aria-label="Window">
        {PRESETS.map(({ name, words, title }, at) => (
          <button
            key={name}
            type="button"
            title={`${title} (Alt+${at + 1})`}
            aria-pressed={shown.shade === null && shown.preset === name}
            onClick={() => desk.show({ preset: name, shade: null })}
          >
            {words}
          </button>
        ))}
      </div>
      <Window desk={desk} scan={scan} shade={shade} />
      <div class="toggles" role="group" aria-label="Filters of the picture">
        <Toggle on={shown.edge} key_="e" title="Bring out edges" set={(edge) => desk.show({ edge })}>
          Edges
        </Toggle>
        <Toggle on={shown.inverse} key_="i" title="Goods bright on dark" set={(inverse) => desk.show({ inverse })}>
          Inverse
        </Toggle>
        {dual && scan.bands && (
          <Toggle
            on={shown.colour}
            key_="c"
            title="Dual-energy colours: orange organic, green mineral, blue metal"
            set={(colour) => desk.show({ colour })}
          >
            Materials
          </Toggle>
        )}
        {dual && (
          <Toggle on={shown.plane === 1} key_="w" title="The low-energy plane" set={(low) => desk.show({ plane: low ? 1 : 0 })}>
            Low energy
          </Toggle>
        )}
      </div>
      <div class="toggles" role="group" aria-label="Over the picture">
        <Toggle on={shown.marks} key_="Space" title="Regions, scores and what was not penetrated" set={(marks) => desk.show({ marks })}>
          Findings
        </Toggle>
        <label class="opacity" title="How strongly the model’s scores tint the picture">
          <span>Scores</span>
          <input
            type="range"
            min={0}
            max={1}
            step={0.05}
            value={shown.heat}
            aria-label="Opacity of the model’s scores"
            aria-valuetext={`${Math.round(shown.heat * 100)} %`}
            onInput={(event) => desk.show({ heat: Number(event.currentTarget.value), marks: true })}
          />
        </label>
        <Toggle on={shown.hatch} key_="h" title="Hatch what the beam did not get through" set={(hatch) => desk.show({ hatch })}>
          Unseen
        </Toggle>
        <Toggle on={shown.zones} key_="g" title="The container’s zones" set={(zones) => desk.show({ zones })}>
          Zones
        </Toggle>
        <Toggle on={shown.repaired} key_="m" title="Pixels that were not measured and filled" set={(repaired) => desk.show({ repaired })}>
          Repaired
        </Toggle>
      </div>
    </div>
  );
}

function Toggle(props: {
  on: boolean;
  key_: string;
  title: string;
  set: (on: boolean) => void;
  children: string;
}): JSX.Element {
  return (
    <button
      type="button"
      class="toggle"
      aria-pressed={props.on}
      title={`${props.title} (${props.key_})`}
      onClick={() => props.set(!props.on)}
    >
      {props.children}
      <Key>{props.key_}</Key>
    </button>
  );
}

/** The values there are, and a slider for each end of those that are spread from white to black. */
function Window({ desk, scan, shade }: { desk: Desk; scan: Scan; shade: Shade }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const range = rangeOf(shade.curve, scan.most);
  const plane = scan.planes[desk.state.shown.plane] ?? scan.planes[0]!;
  const counts = useMemo(
    () => histogram(sampled(plane, scan.crop, shade.curve, scan.noiseFloor), rangeOf(shade.curve, scan.most), 90),
    [plane, scan, shade.curve],
  );
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const { width, height } = context.canvas;
    const style = getComputedStyle(context.canvas);
    context.clearRect(0, 0, width, height);
    const highest = Math.log1p(Math.max(...counts, 1));
    const at = (value: number): number => ((value - range[0]) / (range[1] - range[0])) * width;
    context.fillStyle = style.getPropertyValue('--line');
    context.fillRect(at(shade.low), 0, at(shade.high) - at(shade.low), height);
    context.fillStyle = style.color;
    counts.forEach((count, bin) => {
      const high = (Math.log1p(count) / highest) * height;
      context.fillRect((bin / counts.length) * width, height - high, width / counts.length - 0.5, high);
    });
  });
  const words = shade.curve === 'linear' ? 'absorbed share' : 'attenuation';
  const set = (end: 'low' | 'high', value: number): void => {
    const next = { ...shade, [end]: value };
    if (next.high - next.low > 0.02) desk.show({ shade: next });
  };
  const slider = (end: 'low' | 'high', colour: string): JSX.Element => (
    <input
      type="range"
      class={end}
      min={range[0]}
      max={range[1]}
      step={0.01}
      value={shade[end]}
      aria-label={`Shown ${colour}: ${words}`}
      aria-valuetext={shade[end].toFixed(2)}
      onInput={(event) => set(end, Number(event.currentTarget.value))}
    />
  );
  return (
    <div class="window" title={`${words} ${shade.low.toFixed(2)} to ${shade.high.toFixed(2)}: also Shift or right button and drag in the picture; , . < >`}>
      <canvas ref={canvas} width={180} height={30} aria-hidden="true" />
      {slider('low', 'white')}
      {slider('high', 'black')}
    </div>
  );
}

/** What the colours mean, and how sure that is at these energies. */
export function Legend({ desk, scan }: { desk: Desk; scan: Scan }): JSX.Element | null {
  const { shown } = desk.state;
  if (!shown.colour || !scan.bands) return null;
  const { organic, metal } = scan.bands;
  const apart = Math.abs(organic - metal);
  const energies = scan.report.scan.metadata.energies_mv?.join(' / ') ?? '';
  return (
    <div class="legend">
      {BANDS.map((band) => (
        <span key={band}>
          <i style={{ background: `rgb(${BAND_COLOURS[band].join(' ')})` }} />
          {BAND_WORDS[band]}
        </span>
      ))}
      <label title="Moves the colours along the ratio of attenuations: beams harden in thick goods, and filters differ">
        balance
        <input
          type="range"
          min={-0.15}
          max={0.15}
          step={0.005}
          value={shown.balance}
          aria-label="Balance of the colours"
          onInput={(event) => desk.show({ balance: Number(event.currentTarget.value) })}
        />
        <output>{shown.balance.toFixed(3)}</output>
      </label>
      <span class="muted">
        {apart < 0.04
          ? `${energies} MV lie close together: the colours are a hint, no finding`
          : `a band, never an element (${energies} MV)`}
      </span>
    </div>
  );
}
