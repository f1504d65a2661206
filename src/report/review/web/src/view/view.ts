/** A picture that is zoomed, panned and windowed: two canvases, one for the scan, one for what is drawn over it. */

import type { BoxPx, Point } from '../contract';
import { sampled, type Scan } from '../scan';
import { adjusted, fitted, type Curve, type Shade } from '../window';
import { FlatPainter, scoreAt } from './flat';
import { GlPainter } from './gl';
import type { Look, Painter } from './look';
import { drawOverlay, MARGIN, regionAt, type Marks } from './overlay';
import { around, fit, kept, linked, panned, toSource, zoomed, type Size, type Transform } from './transform';

export interface Watcher {
  /** The window was changed by dragging. */
  windowed(shade: Shade): void;
  /** A place was clicked: the region there, or -1. */
  clicked(region: number): void;
  /** What the pointer is on; nothing where it is on no pixel. */
  pointed(at: Reading | null): void;
  /** The picture was painted for the first time since the scan was given. */
  painted(): void;
}

export interface Reading {
  x: number;
  y: number;
  counts: number[];
  transmission: number;
  score: number | null;
}

/** Views that show the same place: what one is moved to, the others follow. */
export class Link {
  private readonly views = new Set<View>();
  on = true;

  join(view: View): void {
    this.views.add(view);
  }
  leave(view: View): void {
    this.views.delete(view);
  }
  /** Has a view show what the leading one does; whether there is one. */
  lead(view: View): boolean {
    const leader = [...this.views].find((other) => other !== view && !other.follows);
    if (leader) view.follow(leader);
    return leader !== undefined;
  }
  moved(from: View): void {
    if (this.on) for (const view of this.views) if (view !== from) view.follow(from);
  }
}

/** Pointer px that make a press a drag. */
const DRAG = 4;

export class View {
  private painter: Painter;
  private readonly context: CanvasRenderingContext2D;
  private size: Size = { width: 1, height: 1 };
  private transform: Transform = { scale: 1, aspect: 1, x: 0, y: 0 };
  private scan: Scan | null = null;
  private look: Look | null = null;
  private marks: Marks | null = null;
  private frame = 0;
  private fresh = false;
  private touched = false;
  private readonly pointers = new Map<number, Point>();
  private drag: { from: Point; last: Point; window: Shade | null; moved: boolean } | null = null;
  private readonly observer: ResizeObserver;

  constructor(
    private canvas: HTMLCanvasElement,
    private readonly overlay: HTMLCanvasElement,
    private readonly link: Link,
    private readonly watcher: Watcher,
    /** Whether it begins with what another view shows, instead of with the whole container. */
    readonly follows: boolean,
  ) {
    this.painter = GlPainter.of(canvas) ?? new FlatPainter(canvas);
    this.context = overlay.getContext('2d')!;
    this.observer = new ResizeObserver(() => this.resized());
    this.observer.observe(overlay);
    overlay.addEventListener('pointerdown', this.down);
    overlay.addEventListener('pointermove', this.move);
    overlay.addEventListener('pointerup', this.up);
    overlay.addEventListener('pointercancel', this.up);
    overlay.addEventListener('pointerleave', () => this.watcher.pointed(null));
    overlay.addEventListener('wheel', this.wheel, { passive: false });
    overlay.addEventListener('contextmenu', (event) => event.preventDefault());
    overlay.addEventListener('dblclick', (event) => this.zoom(3, this.at(event)));
    link.join(this);
  }

  get kind(): Painter['kind'] {
    return this.painter.kind;
  }
  /** Screen px to a source pixel. */
  get scale(): number {
    return this.transform.scale;
  }

  close(): void {
    cancelAnimationFrame(this.frame);
    this.observer.disconnect();
    this.link.leave(this);
    this.painter.dispose();
  }

  show(scan: Scan, look: Look, marks: Marks): void {
    const other = scan !== this.scan;
    this.scan = scan;
    this.look = look;
    this.marks = marks;
    if (other) {
      this.fresh = true;
      if (this.painter instanceof GlPainter && !this.painter.fits(scan)) this.flatten();
      if (!this.follows || !this.link.lead(this)) this.fit();
    }
    this.draw();
  }

  /** A picture larger than the graphics memory takes at once is painted the slower way. */
  private flatten(): void {
    this.painter.dispose();
    const canvas = this.canvas.cloneNode() as HTMLCanvasElement;
    this.canvas.replaceWith(canvas);
    this.canvas = canvas;
    this.painter = new FlatPainter(canvas);
    this.resized();
  }

  /** The container, as large as it fits. */
  fit(): void {
    if (!this.scan) return;
    this.touched = false;
    this.go(this.fitted(this.scan.crop));
  }

  /** A box and what surrounds it. */
  fitBox(box: BoxPx): void {
    if (!this.scan) return;
    const [beside, above] = [0.6 * box.width, 0.6 * box.height];
    this.touched = true;
    this.go(this.fitted({ x: box.x - beside, y: box.y - above, width: box.width + 2 * beside, height: box.height + 2 * above }));
  }

  private fitted(box: BoxPx): Transform {
    const { left, top, right, bottom } = MARGIN;
    const room = { width: this.size.width - left - right, height: this.size.height - top - bottom };
    const t = fit(box, room, this.scan!.aspect);
    return { ...t, x: t.x - left / t.scale, y: t.y - top / (t.scale * t.aspect) };
  }

  zoom(factor: number, at: Point = { x: this.size.width / 2, y: this.size.height / 2 }): void {
    this.touched = true;
    this.go(this.held(zoomed(this.transform, factor, at)));
  }

  /** One screen px a source pixel. */
  oneToOne(): void {
    this.zoom(1 / this.transform.scale);
  }

  pan(dx: number, dy: number): void {
    this.touched = true;
    this.go(this.held(panned(this.transform, dx, dy)));
  }

  follow(other: View): void {
    if (!this.scan || !other.scan) return;
    const t = linked(other.transform, other.scan.crop, this.scan.crop, other.size, this.size, this.scan.aspect);
    this.touched = other.touched;
    this.transform = t;
    this.draw();
  }

  private held(t: Transform): Transform {
    const plane = this.scan?.planes[0];
    if (!plane) return t;
    // What rulers cover can be pulled out from under them.
    const { left, bottom } = MARGIN;
    const inner = { width: this.size.width - left, height: this.size.height - bottom };
    const shifted = { ...t, x: t.x + left / t.scale };
    const held = kept(shifted, plane, inner);
    return { ...held, x: held.x - left / held.scale };
  }

  private go(t: Transform): void {
    this.transform = t;
    this.draw();
    this.link.moved(this);
  }

  private resized(): void {
    const before = this.size;
    const { width, height } = this.overlay.getBoundingClientRect();
    this.size = { width: Math.max(1, width), height: Math.max(1, height) };
    for (const canvas of [this.canvas, this.overlay]) {
      canvas.width = Math.round(this.size.width * devicePixelRatio);
      canvas.height = Math.round(this.size.height * devicePixelRatio);
    }
    if (!this.scan) return;
    if (this.follows && this.link.on && this.link.lead(this)) this.draw();
    else if (!this.touched) this.fit();
    else {
      const middle = toSource(this.transform, { x: before.width / 2, y: before.height / 2 });
      this.go(this.held(around(middle, this.transform.scale, this.size, this.transform.aspect)));
    }
    this.paint();
  }

  private draw(): void {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.paint());
  }

  private paint(): void {
    const { scan, look, marks, size, transform } = this;
    if (!scan || !look || !marks || size.width <= 1) return;
    const ratio = devicePixelRatio;
    const device = { width: this.canvas.width, height: this.canvas.height };
    this.painter.paint(scan, look, { ...transform, scale: transform.scale * ratio }, device);
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.context.clearRect(0, 0, size.width, size.height);
    drawOverlay(this.context, scan, transform, size, marks);
    if (this.fresh) {
      this.fresh = false;
      this.watcher.painted();
    }
  }

  private at(event: MouseEvent): Point {
    const { left, top } = this.overlay.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  private readonly down = (event: PointerEvent): void => {
    if (!this.look || event.button === 1) return;
    this.overlay.setPointerCapture(event.pointerId);
    const at = this.at(event);
    this.pointers.set(event.pointerId, at);
    const window = event.button === 2 || event.shiftKey ? this.look.shade : null;
    this.drag = { from: at, last: at, window, moved: false };
  };

  private readonly move = (event: PointerEvent): void => {
    const at = this.at(event);
    this.read(at);
    const before = this.pointers.get(event.pointerId);
    if (!before || !this.drag || !this.scan) return;
    if (this.pointers.size === 2) {
      const other = [...this.pointers].find(([id]) => id !== event.pointerId)![1];
      const [was, is] = [Math.hypot(before.x - other.x, before.y - other.y), Math.hypot(at.x - other.x, at.y - other.y)];
      this.pointers.set(event.pointerId, at);
      this.drag.moved = true;
      if (was > 0) this.zoom(is / was, { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 });
      this.pan((at.x - before.x) / 2, (at.y - before.y) / 2);
      return;
    }
    this.pointers.set(event.pointerId, at);
    const [dx, dy] = [at.x - this.drag.from.x, at.y - this.drag.from.y];
    if (Math.hypot(dx, dy) > DRAG) this.drag.moved = true;
    if (!this.drag.moved) return;
    if (this.drag.window) {
      const range = this.drag.window.curve === 'linear' ? 1 : this.scan.most;
      // To the right a wider window, upwards a brighter picture: what is shown black moves away.
      this.watcher.windowed(adjusted(this.drag.window, (-dy / 400) * range, Math.exp(dx / 180), this.scan.most));
    } else this.pan(at.x - this.drag.last.x, at.y - this.drag.last.y);
    this.drag.last = at;
  };

  private readonly up = (event: PointerEvent): void => {
    this.pointers.delete(event.pointerId);
    const { drag } = this;
    if (this.pointers.size > 0) {
      this.drag = null;
      return;
    }
    this.drag = null;
    if (drag && !drag.moved && event.type === 'pointerup' && event.button === 0 && this.scan) {
      this.watcher.clicked(this.marks?.regions ? regionAt(this.scan, this.transform, this.at(event)) : -1);
    }
  };

  private readonly wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    if (event.shiftKey && !event.ctrlKey) this.pan(-(event.deltaX + event.deltaY) * lines, 0);
    else this.zoom(Math.exp((-event.deltaY * lines) / (event.ctrlKey ? 100 : 400)), this.at(event));
  };

  private read(at: Point): void {
    const { scan, look } = this;
    if (!scan || !look) return;
    const source = toSource(this.transform, at);
    const [x, y] = [Math.floor(source.x), Math.floor(source.y)];
    const plane = scan.planes[look.plane] ?? scan.planes[0]!;
    if (x < 0 || y < 0 || x >= plane.width || y >= plane.height) return this.watcher.pointed(null);
    const index = y * plane.width + x;
    this.watcher.pointed({
      x,
      y,
      counts: scan.planes.map((one) => one.counts[index]!),
      transmission: plane.transmission[index]!,
      score: scan.map ? scoreAt(scan.map, source.x, source.y) : null,
    });
  }

  /** The window that spreads what is in sight. */
  fittedWindow(curve: Curve): Shade {
    const scan = this.scan!;
    const plane = scan.planes[this.look?.plane ?? 0] ?? scan.planes[0]!;
    return fitted(sampled(plane, this.sight, curve, scan.noiseFloor), curve, scan.most);
  }

  /** The part of the source that is in sight. */
  private get sight(): BoxPx {
    const [a, b] = [toSource(this.transform, { x: 0, y: 0 }), toSource(this.transform, { x: this.size.width, y: this.size.height })];
    return { x: a.x, y: a.y, width: b.x - a.x, height: b.y - a.y };
  }
}
