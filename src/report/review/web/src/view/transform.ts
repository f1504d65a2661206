/** Which part of a picture a view shows: zoom and pan. */

import type { BoxPx, Point } from '../contract';

export interface Transform {
  /** View px to a source pixel along x; along y it is `scale * aspect`. */
  scale: number;
  /** The height of a source pixel over its width, in mm. */
  aspect: number;
  /** The source position at the view's upper left corner. */
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

export const toView = (t: Transform, at: Point): Point => ({
  x: (at.x - t.x) * t.scale,
  y: (at.y - t.y) * t.scale * t.aspect,
});
export const toSource = (t: Transform, at: Point): Point => ({
  x: t.x + at.x / t.scale,
  y: t.y + at.y / (t.scale * t.aspect),
});

/** The view that shows a box as large as it fits, with a margin of px. */
export function fit(box: BoxPx, view: Size, aspect: number, margin = 0): Transform {
  const room = { width: Math.max(view.width - 2 * margin, 1), height: Math.max(view.height - 2 * margin, 1) };
  const scale = Math.min(room.width / box.width, room.height / (box.height * aspect));
  return around({ x: box.x + box.width / 2, y: box.y + box.height / 2 }, scale, view, aspect);
}

/** The view with a source position in its middle. */
export function around(at: Point, scale: number, view: Size, aspect: number): Transform {
  return { scale, aspect, x: at.x - view.width / 2 / scale, y: at.y - view.height / 2 / (scale * aspect) };
}

/** Zoomed by a factor, what is under a view position staying there. */
export function zoomed(t: Transform, factor: number, at: Point): Transform {
  const source = toSource(t, at);
  const scale = t.scale * factor;
  return { ...t, scale, x: source.x - at.x / scale, y: source.y - at.y / (scale * t.aspect) };
}

export const panned = (t: Transform, dx: number, dy: number): Transform => ({
  ...t,
  x: t.x - dx / t.scale,
  y: t.y - dy / (t.scale * t.aspect),
});

/** Kept so that the picture fills the view or lies wholly in it, and no pixel is larger than `largest` view px. */
export function kept(t: Transform, image: Size, view: Size, largest = 32): Transform {
  const whole = fit({ x: 0, y: 0, ...image }, view, t.aspect);
  const least = Math.min(whole.scale, 1) * 0.8;
  const scale = Math.min(Math.max(t.scale, least), largest);
  const middle = toSource(t, { x: view.width / 2, y: view.height / 2 });
  const held = (centre: number, length: number, shown: number): number =>
    shown >= length ? length / 2 : Math.min(Math.max(centre, shown / 2), length - shown / 2);
  const centre = {
    x: held(middle.x, image.width, view.width / scale),
    y: held(middle.y, image.height, view.height / (scale * t.aspect)),
  };
  return around(centre, scale, view, t.aspect);
}

/** The same place in another scan: of a frame (a container's crop) to that of the other, as shares of their sides. */
export function linked(t: Transform, from: BoxPx, to: BoxPx, view: Size, toView_: Size, aspect: number): Transform {
  const middle = toSource(t, { x: view.width / 2, y: view.height / 2 });
  const at = {
    x: to.x + ((middle.x - from.x) / from.width) * to.width,
    y: to.y + ((middle.y - from.y) / from.height) * to.height,
  };
  return around(at, (t.scale * from.width) / to.width, toView_, aspect);
}
