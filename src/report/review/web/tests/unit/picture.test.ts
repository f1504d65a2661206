import { describe, expect, test } from 'vitest';
import { BAND_COLOURS, bandPlace, coloured, hue, strength } from '../../src/colour';
import { joined } from '../../src/samples';
import { mend, ratioOf, sampled, transmissionOf } from '../../src/scan';
import { render, scoreAt } from '../../src/view/flat';
import type { Look } from '../../src/view/look';
import { around, fit, kept, linked, panned, toSource, toView, zoomed } from '../../src/view/transform';
import { adjusted, fitted, grey, histogram, preset, PRESETS, rangeOf } from '../../src/window';
import { scan } from './rows';

const MOST = -Math.log(0.001);

describe('window and level', () => {
  test('air is white and the darkest value black, with every curve', () => {
    for (const { name } of PRESETS) {
      const shade = preset(name, 2, MOST);
      expect(grey(1, shade, 0.001)).toBe(1);
      expect(grey(0.0001, shade, 0.001)).toBeLessThan(0.001);
      expect(shade.high).toBeGreaterThan(shade.low);
      for (let t = 1; t > 0.01; t *= 0.9) expect(grey(t * 0.9, shade, 0.001)).toBeLessThanOrEqual(grey(t, shade, 0.001));
    }
  });

  test('the logarithm shows twice the goods twice as dark', () => {
    const shade = { curve: 'log', low: 0, high: 4 } as const;
    expect(grey(Math.exp(-1), shade, 0.001)).toBeCloseTo(0.75);
    expect(grey(Math.exp(-2), shade, 0.001)).toBeCloseTo(0.5);
    expect(grey(Math.exp(-1), { ...shade, curve: 'root' }, 0.001)).toBeCloseTo(0.5);
    expect(grey(0.25, { curve: 'linear', low: 0, high: 1 }, 0.001)).toBeCloseTo(0.25);
  });

  test('a picture of noise is not spread over the whole range', () => {
    expect(preset('whole', 0.01, MOST).high).toBe(0.5);
    expect(preset('whole', 99, MOST).high).toBe(MOST);
  });

  test('a window stays within what there is to see', () => {
    const shade = { curve: 'log', low: 1, high: 2 } as const;
    expect(adjusted(shade, 0.5, 1, MOST)).toMatchObject({ low: 1.5, high: 2.5 });
    expect(adjusted(shade, 0, 2, MOST)).toMatchObject({ low: 0.5, high: 2.5 });
    for (const [level, width] of [[99, 1], [-99, 1], [0, 1e9], [0, 0], [3, 1e-9]] as const) {
      const { low, high } = adjusted(shade, level, width, MOST);
      const [least, greatest] = rangeOf('log', MOST);
      expect(low).toBeGreaterThanOrEqual(least - 1e-9);
      expect(high).toBeLessThanOrEqual(greatest + 1e-9);
      expect(high - low).toBeGreaterThan(0.019);
    }
  });

  test('fitted to values it spreads nearly all of them', () => {
    const values = Float32Array.from({ length: 1000 }, (_, i) => 1 + i / 1000);
    const { low, high } = fitted(values, 'log', MOST);
    expect(low).toBeCloseTo(1.01, 2);
    expect(high).toBeCloseTo(1.995, 2);
    expect(fitted([], 'log', MOST)).toMatchObject({ low: 0, high: MOST });
    expect(histogram(values, [0, 4], 4)).toEqual([0, 1000, 0, 0]);
  });
});

describe('samples', () => {
  test('rows are added up and bytes put together, modulo 65536', () => {
    const [width, height] = [3, 3];
    const samples = Uint16Array.from([0, 65535, 256, 65535, 0, 255, 1, 2, 3]);
    const raw = new Uint8Array(18);
    samples.forEach((sample, i) => {
      const difference = (sample - (i < width ? 0 : samples[i - width]!)) & 0xffff;
      raw[i] = difference >> 8;
      raw[9 + i] = difference & 255;
    });
    expect(joined(raw, width, height)).toEqual(samples);
    expect(() => joined(raw, 3, 4)).toThrow(/18 bytes are no 3 x 4/);
  });

  test('transmission has the dark level, rows and drift taken out', () => {
    const plane = { width: 2, height: 2, dark: 100, air: 1100, rows: [1, 0.5], drift: [1, 2] };
    const found = transmissionOf(plane, Uint16Array.from([1100, 2100, 600, 100]));
    expect([...found]).toEqual([1, 1, 1, 0]);
    expect([...transmissionOf({ width: 2, height: 1, dark: 0, air: 10 }, Uint16Array.from([5, 10]))]).toEqual([0.5, 1]);
  });

  test('dead rows and dropouts are filled from beside them', () => {
    const values = Float32Array.from([1, 1, 1, 9, 9, 9, 9, 9, 9, 4, 4, 4]);
    mend(values, 3, 4, { rows: [1, 2], boxes: [] });
    expect([...values.slice(3, 6)]).toEqual([2, 2, 2]);
    expect([...values.slice(6, 9)]).toEqual([3, 3, 3]);
    const edge = Float32Array.from([9, 9, 2, 2]);
    mend(edge, 2, 2, { rows: [0], boxes: [] });
    expect([...edge]).toEqual([2, 2, 2, 2]);
    const column = Float32Array.from([1, 9, 3, 1, 5, 3]);
    mend(column, 3, 2, { rows: [], boxes: [{ x: 1, y: 0, width: 1, height: 1 }] });
    expect([...column]).toEqual([1, 2, 3, 1, 5, 3]);
    // A picture of nothing but dead rows stays as it is.
    const all = Float32Array.from([7, 8]);
    mend(all, 1, 2, { rows: [0, 1], boxes: [] });
    expect([...all]).toEqual([7, 8]);
  });

  test('a sample of a plane keeps to its box', () => {
    const { planes, noiseFloor } = scan();
    expect(sampled(planes[0]!, { x: -5, y: -5, width: 10, height: 99 }, 'log', noiseFloor).every((value) => value === 0)).toBe(true);
    expect(sampled(planes[0]!, { x: 0, y: 0, width: 4000, height: 4000 }, 'log', noiseFloor).length).toBe(800);
  });
});

describe('pseudo-colour', () => {
  const bands = { metal: 1.18, mineral: 1.22, organic: 1.245 };
  test('bands have their colours and what lies between is between', () => {
    expect(hue(bandPlace(1.18, bands))).toEqual(BAND_COLOURS.metal);
    expect(hue(bandPlace(1.22, bands))).toEqual(BAND_COLOURS.mineral);
    expect(hue(bandPlace(1.245, bands))).toEqual(BAND_COLOURS.organic);
    expect(bandPlace(1.2, bands)).toBeCloseTo(0.5);
    expect([bandPlace(0.5, bands), bandPlace(9, bands)]).toEqual([0, 2]);
  });

  test('air and what nothing gets through are grey', () => {
    expect([strength(0, MOST), strength(MOST, MOST), strength(1, MOST)]).toEqual([0, 0, 1]);
    expect(coloured(0.5, 2, 0)).toEqual([127.5, 127.5, 127.5]);
    expect(coloured(1, 0, 1)).toEqual([255, 255, 255]);
    expect(coloured(0, 0, 1)).toEqual([0, 0, 0]);
    expect(coloured(0.5, 0, 1)).toEqual(BAND_COLOURS.metal);
  });

  test('the ratio of a wedge is that of its energies', () => {
    const wedge = scan();
    const ratios = ratioOf(wedge)!;
    expect(ratios[2 * 40 + 17]).toBeCloseTo(1.22, 4);
    expect(ratios[0]).toBe(1);
    expect(ratioOf({ ...wedge, planes: wedge.planes.slice(0, 1) })).toBeNull();
  });
});

describe('a view', () => {
  const t = { scale: 2, aspect: 1.25, x: 10, y: 20 };
  test('what goes to the view comes back', () => {
    const at = toSource(t, toView(t, { x: 33, y: 44 }));
    expect(at.x).toBeCloseTo(33);
    expect(at.y).toBeCloseTo(44);
  });

  test('zooming keeps what is under the pointer, and panning moves by view px', () => {
    const under = toSource(t, { x: 50, y: 60 });
    const after = toSource(zoomed(t, 3, { x: 50, y: 60 }), { x: 50, y: 60 });
    expect(after.x).toBeCloseTo(under.x);
    expect(after.y).toBeCloseTo(under.y);
    const moved = toView(panned(t, 7, -5), { x: 0, y: 0 });
    expect(moved.x - toView(t, { x: 0, y: 0 }).x).toBeCloseTo(7);
    expect(moved.y - toView(t, { x: 0, y: 0 }).y).toBeCloseTo(-5);
  });

  test('a box is shown whole, and pixels are not square where they are not', () => {
    const shown = fit({ x: 100, y: 50, width: 400, height: 100 }, { width: 800, height: 600 }, 2, 0);
    expect(shown.scale).toBe(2);
    expect(toView(shown, { x: 100, y: 50 })).toEqual({ x: 0, y: 100 });
    expect(toView(shown, { x: 500, y: 150 })).toEqual({ x: 800, y: 500 });
  });

  test('a picture cannot be pushed out of its view', () => {
    const [image, view] = [{ width: 1000, height: 200 }, { width: 500, height: 300 }];
    const far = kept({ scale: 1, aspect: 1, x: 9000, y: 9000 }, image, view);
    expect(toView(far, { x: 1000, y: 0 }).x).toBeCloseTo(500);
    // Lower than the view: in its middle.
    expect(toView(far, { x: 0, y: 100 }).y).toBeCloseTo(150);
    expect(kept({ scale: 1e9, aspect: 1, x: 0, y: 0 }, image, view).scale).toBe(32);
    expect(kept({ scale: 1e-9, aspect: 1, x: 0, y: 0 }, image, view).scale).toBeGreaterThan(0.3);
  });

  test('another scan shows the same part of its container', () => {
    const [from, to] = [{ x: 0, y: 0, width: 1000, height: 250 }, { x: 50, y: 10, width: 500, height: 125 }];
    const view = { width: 400, height: 100 };
    const there = linked(around({ x: 750, y: 125 }, 0.8, view, 1), from, to, view, view, 1);
    expect(toSource(there, { x: 200, y: 50 })).toEqual({ x: 425, y: 72.5 });
    expect(there.scale).toBeCloseTo(1.6);
  });
});

describe('painting', () => {
  const wedge = scan();
  const look: Look = {
    shade: { curve: 'log', low: 0, high: 2.1 },
    inverse: false,
    edge: false,
    colour: false,
    balance: 0,
    plane: 0,
    raw: false,
    heat: 0,
    hatch: false,
  };
  const paint = (over: Partial<Look>, scale = 1): ((x: number, y: number) => number[]) => {
    const size = { width: 40 * scale, height: 20 * scale };
    const out = new Uint8ClampedArray(4 * size.width * size.height);
    const shown = { ...look, ...over };
    render(out, wedge, shown, { scale, aspect: 1, x: 0, y: 0 }, size, wedge.planes[0]!.transmission, shown.colour ? ratioOf(wedge) : null);
    return (x, y) => [...out.slice(4 * (y * size.width + x), 4 * (y * size.width + x) + 4)];
  };

  test('steps are even, pixels square when they are large', () => {
    const at = paint({}, 4);
    expect(at(2, 2)).toEqual([255, 255, 255, 255]);
    expect(at(4 * 5, 2)[0]).toBeCloseTo(255 * (1 - 0.3 / 2.1), -0.5);
    expect(at(4 * 5 - 1, 2)).toEqual([255, 255, 255, 255]);
    expect(paint({ inverse: true }, 4)(2, 2)).toEqual([0, 0, 0, 255]);
  });

  test('what was not penetrated is hatched, and scores tint their cells', () => {
    const at = paint({ hatch: true });
    expect(new Set([0, 1, 2, 3, 4, 5, 6, 7].map((x) => String(at(31 + x, 15)))).size).toBeGreaterThan(1);
    const [r, , b] = paint({ heat: 1 })(34, 4);
    expect(r! - b!).toBeGreaterThan(60);
    expect(scoreAt(wedge.map!, 35, 5)).toBeCloseTo(1, 4);
    expect(scoreAt(wedge.map!, 0, 15)).toBe(0);
  });

  test('colours keep the lightness of the grey they stand for', () => {
    const [r, g, b] = paint({ colour: true }, 4)(4 * 17, 8);
    expect(g!).toBeGreaterThan(r!);
    expect(g!).toBeGreaterThan(b!);
  });
});
