/** One picture: the scan, what is drawn over it, and what the pointer is on. */

import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { countedFrom, toMm } from '../place';
import type { Scan } from '../scan';
import type { Shade } from '../window';
import type { Look } from '../view/look';
import type { Marks } from '../view/overlay';
import { View, type Link, type Reading, type Watcher } from '../view/view';

export interface PictureProps {
  scan: Scan;
  look: Look;
  marks: Marks;
  link: Link;
  /** Whether it shows the place that the other picture does. */
  follows: boolean;
  label: string;
  caption: string;
  onWindow: (shade: Shade) => void;
  onRegion: (region: number) => void;
  onView?: (view: View | null) => void;
  children?: JSX.Element | null;
}

export function Picture(props: PictureProps): JSX.Element {
  const { scan, look, marks, link, label, caption } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const reading = useRef<HTMLSpanElement>(null);
  const view = useRef<View | null>(null);
  // The view outlives renders; it calls what the latest one gave.
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    const watcher: Watcher = {
      windowed: (shade) => latest.current.onWindow(shade),
      clicked: (region) => latest.current.onRegion(region),
      pointed: (at) => {
        if (reading.current) reading.current.textContent = at ? readingWords(latest.current.scan, at) : '';
      },
      painted: () => {
        performance.mark('picture');
        overlay.current?.setAttribute('data-painted', latest.current.scan.row.name);
      },
    };
    const made = new View(canvas.current!, overlay.current!, link, watcher, latest.current.follows);
    view.current = made;
    overlay.current!.dataset['painter'] = made.kind;
    latest.current.onView?.(made);
    return () => {
      latest.current.onView?.(null);
      made.close();
    };
  }, [link]);
  useEffect(() => view.current?.show(scan, look, marks));
  return (
    <figure class="picture">
      <div class="canvases">
        <canvas ref={canvas} aria-hidden="true" />
        <canvas
          ref={overlay}
          role="img"
          aria-label={label}
          tabindex={0}
          onKeyDown={(event) => {
            const by: Record<string, [number, number]> = {
              ArrowLeft: [60, 0],
              ArrowRight: [-60, 0],
              ArrowUp: [0, 60],
              ArrowDown: [0, -60],
            };
            const move = by[event.key];
            if (!move || event.altKey || event.ctrlKey || event.metaKey) return;
            event.preventDefault();
            view.current?.pan(...move);
          }}
        />
        <span ref={reading} class="reading" />
      </div>
      <figcaption>
        {props.children}
        <span class="caption">{caption}</span>
      </figcaption>
    </figure>
  );
}

function readingWords(scan: Scan, at: Reading): string {
  const { frame } = scan;
  const place = frame && toMm(frame, { x: at.x + 0.5, y: at.y + 0.5 });
  const where = place
    ? `${(place.x / 1000).toFixed(2)} m from the ${countedFrom(frame)}, ${(place.y / 1000).toFixed(2)} m up`
    : '';
  const through = at.transmission;
  const attenuation = -Math.log(Math.max(through, scan.noiseFloor));
  return [
    where,
    `column ${at.x} row ${at.y}`,
    `counts ${at.counts.join(' / ')}`,
    `T ${(through * 100).toPrecision(3)} %`,
    through < scan.shieldedBelow ? 'not penetrated' : `−ln T ${attenuation.toFixed(2)}`,
    at.score !== null && at.score > 0.005 ? `score ${at.score.toFixed(2)}` : '',
  ]
    .filter(Boolean)
    .join(' · ');
}
