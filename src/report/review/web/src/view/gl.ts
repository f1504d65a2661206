/** Paints with WebGL 2: every value reaches the shader as it was measured, 32-bit floats and exact integers. */

import { ratioOf, unprocessed, type Scan } from '../scan';
import { BAND_COLOURS } from '../colour';
import { EDGE_GAIN, edgeReach, FLAGGED, HEAT_FROM, MOST_SAMPLES, SHIELDED, SQUARES_FROM, type Look, type Painter } from './look';
import type { Size, Transform } from './transform';

const VERTEX = `#version 300 es
void main() {
  gl_Position = vec4(vec2((gl_VertexID << 1) & 2, gl_VertexID & 2) * 2.0 - 1.0, 0, 1);
}`;

const vec3 = ([r, g, b]: readonly [number, number, number]): string =>
  `vec3(${[r, g, b].map((value) => (value / 255).toFixed(5)).join(', ')})`;

const FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
precision highp usampler2D;
uniform sampler2D plane;
uniform sampler2D ratios;
uniform usampler2D scores;
uniform vec2 origin, pace, image, view;
uniform vec2 window;
uniform int curve;
uniform bool inverse, edge, colour, hatch;
uniform float noiseFloor, shieldedBelow, most, balance;
uniform vec3 bands;
uniform vec4 crop, cells;
uniform vec2 reach;
uniform float heat, scoreScale, heatFrom;
out vec4 shown;

float transmission(vec2 at) {
  return texelFetch(plane, ivec2(clamp(at, vec2(0), image - 1.0)), 0).r;
}
float mean(vec2 at) {
  vec2 foot = max(pace, vec2(1));
  if (pace.x < ${(1 / SQUARES_FROM).toFixed(4)}) return transmission(at);
  ivec2 count = ivec2(clamp(ceil(foot), vec2(2), vec2(${MOST_SAMPLES})));
  float sum = 0.0;
  for (int y = 0; y < count.y; y++)
    for (int x = 0; x < count.x; x++)
      sum += transmission(at + ((vec2(x, y) + 0.5) / vec2(count) - 0.5) * foot);
  return sum / float(count.x * count.y);
}
float value(float t) {
  return curve == 2 ? 1.0 - t : -log(max(t, noiseFloor));
}
vec3 hue(float ratio) {
  float place = clamp(ratio < bands.y ? (ratio - bands.x) / (bands.y - bands.x) : 1.0 + (ratio - bands.y) / (bands.z - bands.y), 0.0, 2.0);
  vec3 metal = ${vec3(BAND_COLOURS.metal)}, mineral = ${vec3(BAND_COLOURS.mineral)}, organic = ${vec3(BAND_COLOURS.organic)};
  return place < 1.0 ? mix(metal, mineral, place) : mix(mineral, organic, place - 1.0);
}
float score(ivec2 cell) {
  ivec2 last = textureSize(scores, 0) - 1;
  return float(texelFetch(scores, clamp(cell, ivec2(0), last), 0).r) * scoreScale / 65535.0;
}
void main() {
  vec2 pixel = vec2(gl_FragCoord.x, view.y - gl_FragCoord.y);
  vec2 at = origin + pixel * pace;
  if (any(lessThan(at, vec2(0))) || any(greaterThanEqual(at, image))) { shown = vec4(0); return; }
  float t = mean(at);
  float v = value(t);
  if (edge) {
    float around = 0.0;
    for (int y = -1; y <= 1; y++)
      for (int x = -1; x <= 1; x++)
        if (x != 0 || y != 0) around += value(mean(at + vec2(x, y) * reach));
    v += ${EDGE_GAIN.toFixed(2)} * (v - around / 8.0);
  }
  float share = clamp((v - window.x) / max(window.y - window.x, 1e-6), 0.0, 1.0);
  float light = 1.0 - (curve == 0 ? sqrt(share) : share);
  if (inverse) light = 1.0 - light;
  vec3 rgb = vec3(light);
  if (colour) {
    float a = -log(max(t, noiseFloor));
    float much = smoothstep(0.04, 0.25, a) * (1.0 - smoothstep(most - 1.6, most - 0.5, a));
    vec3 base = hue(texelFetch(ratios, ivec2(at), 0).r + balance);
    rgb = mix(rgb, light < 0.5 ? base * light * 2.0 : mix(base, vec3(1), light * 2.0 - 1.0), much);
  }
  bool inside = all(greaterThanEqual(at, crop.xy)) && all(lessThan(at, crop.zw));
  if (hatch && inside && t < shieldedBelow) {
    float line = mod(floor(pixel.x) + floor(pixel.y), 8.0) < 3.0 ? 0.6 : 0.06;
    rgb = mix(rgb, ${vec3(SHIELDED)}, line);
  }
  if (heat > 0.0 && inside) {
    vec2 cell = (at - cells.xy) / cells.zw - 0.5;
    ivec2 low = ivec2(floor(cell));
    vec2 part = cell - vec2(low);
    float s = mix(mix(score(low), score(low + ivec2(1, 0)), part.x), mix(score(low + ivec2(0, 1)), score(low + 1), part.x), part.y);
    if (s > heatFrom) rgb = mix(rgb, ${vec3(FLAGGED)}, heat * (0.25 + 0.75 * (s - heatFrom) / max(1.0 - heatFrom, 0.01)));
  }
  shown = vec4(rgb, 1);
}`;

const CURVES = { root: 0, log: 1, linear: 2 } as const;

/** A scan's textures; the ones that few looks need are made when one does. */
interface Textures {
  size: Size;
  get(name: string, make: () => WebGLTexture | null): WebGLTexture | null;
  dispose(): void;
}

export class GlPainter implements Painter {
  readonly kind = 'webgl';
  private readonly textures = new Map<Scan, Textures>();
  private readonly at = new Map<string, WebGLUniformLocation | null>();

  private constructor(
    private readonly gl: WebGL2RenderingContext,
    private readonly program: WebGLProgram,
    private readonly largest: number,
  ) {}

  /** Nothing where there is no WebGL 2. */
  static of(canvas: HTMLCanvasElement): GlPainter | null {
    const gl = canvas.getContext('webgl2', { antialias: false, premultipliedAlpha: true, preserveDrawingBuffer: false });
    if (!gl) return null;
    const program = gl.createProgram();
    for (const [type, text] of [
      [gl.VERTEX_SHADER, VERTEX],
      [gl.FRAGMENT_SHADER, FRAGMENT],
    ] as const) {
      const shader = gl.createShader(type);
      if (!shader) return null;
      gl.shaderSource(shader, text);
      gl.compileShader(shader);
      if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) {
        console.error(gl.getShaderInfoLog(shader));
        return null;
      }
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) return null;
    return new GlPainter(gl, program, gl.getParameter(gl.MAX_TEXTURE_SIZE) as number);
  }

  /** Whether a scan's planes fit into textures. */
  fits(scan: Scan): boolean {
    return scan.planes.every((plane) => Math.max(plane.width, plane.height) <= this.largest);
  }

  paint(scan: Scan, look: Look, transform: Transform, size: Size): void {
    const { gl } = this;
    const plane = scan.planes[look.plane] ?? scan.planes[0]!;
    const textures = this.of(scan);
    const colour = look.colour && scan.bands !== null && !look.raw;
    const image = textures.get(`plane ${look.plane} ${look.raw}`, () =>
      this.floats(look.raw ? unprocessed(plane) : plane.transmission, plane.width, plane.height),
    );
    const ratios = colour
      ? textures.get('ratios', () => this.floats(ratioOf(scan) ?? new Float32Array(1), plane.width, plane.height))
      : image;
    const { map } = scan;
    const scores = textures.get('scores', () =>
      map ? this.integers(map.scores, map.columns, map.rows) : this.integers(new Uint16Array(1), 1, 1),
    );
    gl.viewport(0, 0, size.width, size.height);
    gl.useProgram(this.program);
    [image, ratios, scores].forEach((texture, unit) => {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, texture);
      gl.uniform1i(this.uniform(['plane', 'ratios', 'scores'][unit]!), unit);
    });
    const { shade } = look;
    const { crop } = scan;
    gl.uniform2f(this.uniform('origin'), transform.x, transform.y);
    gl.uniform2f(this.uniform('pace'), 1 / transform.scale, 1 / (transform.scale * transform.aspect));
    const reach = edgeReach(transform.scale);
    gl.uniform2f(this.uniform('reach'), reach / transform.scale, reach / (transform.scale * transform.aspect));
    gl.uniform2f(this.uniform('image'), plane.width, plane.height);
    gl.uniform2f(this.uniform('view'), size.width, size.height);
    gl.uniform2f(this.uniform('window'), shade.low, shade.high);
    gl.uniform1i(this.uniform('curve'), CURVES[shade.curve]);
    gl.uniform1i(this.uniform('inverse'), Number(look.inverse));
    gl.uniform1i(this.uniform('edge'), Number(look.edge));
    gl.uniform1i(this.uniform('colour'), Number(colour));
    gl.uniform1i(this.uniform('hatch'), Number(look.hatch && !look.raw));
    gl.uniform1f(this.uniform('noiseFloor'), scan.noiseFloor);
    gl.uniform1f(this.uniform('shieldedBelow'), scan.shieldedBelow);
    gl.uniform1f(this.uniform('most'), scan.most);
    gl.uniform1f(this.uniform('balance'), look.balance);
    const { metal, mineral, organic } = scan.bands ?? { metal: 0, mineral: 1, organic: 2 };
    gl.uniform3f(this.uniform('bands'), metal, mineral, organic);
    gl.uniform4f(this.uniform('crop'), crop.x, crop.y, crop.x + crop.width, crop.y + crop.height);
    gl.uniform4f(this.uniform('cells'), map?.x ?? 0, map?.y ?? 0, map?.cell_x ?? 1, map?.cell_y ?? 1);
    gl.uniform1f(this.uniform('scoreScale'), map?.scale ?? 0);
    gl.uniform1f(this.uniform('heatFrom'), HEAT_FROM * (scan.report.threshold ?? 1));
    gl.uniform1f(this.uniform('heat'), map ? look.heat : 0);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  dispose(): void {
    for (const textures of this.textures.values()) textures.dispose();
    this.gl.getExtension('WEBGL_lose_context')?.loseContext();
  }

  private of(scan: Scan): Textures {
    const found = this.textures.get(scan);
    if (found) return found;
    for (const [old, textures] of this.textures) {
      if (this.textures.size < 2) break;
      textures.dispose();
      this.textures.delete(old);
    }
    const made = new Map<string, WebGLTexture | null>();
    const textures: Textures = {
      size: { width: scan.planes[0]!.width, height: scan.planes[0]!.height },
      get(name, make) {
        const texture = made.get(name) ?? make();
        made.set(name, texture);
        return texture;
      },
      dispose: () => made.forEach((texture) => this.gl.deleteTexture(texture)),
    };
    this.textures.set(scan, textures);
    return textures;
  }

  private uniform(name: string): WebGLUniformLocation | null {
    if (!this.at.has(name)) this.at.set(name, this.gl.getUniformLocation(this.program, name));
    return this.at.get(name) ?? null;
  }

  private floats(values: Float32Array, width: number, height: number): WebGLTexture | null {
    const { gl } = this;
    return this.texture(() =>
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.R32F, width, height, 0, gl.RED, gl.FLOAT, values as Float32Array<ArrayBuffer>),
    );
  }

  private integers(values: Uint16Array, width: number, height: number): WebGLTexture | null {
    const { gl } = this;
    return this.texture(() =>
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.R16UI, width, height, 0, gl.RED_INTEGER, gl.UNSIGNED_SHORT, values as Uint16Array<ArrayBuffer>),
    );
  }

  private texture(fill: () => void): WebGLTexture | null {
    const { gl } = this;
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    for (const [name, value] of [
      [gl.TEXTURE_MIN_FILTER, gl.NEAREST],
      [gl.TEXTURE_MAG_FILTER, gl.NEAREST],
      [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE],
      [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE],
    ] as const) {
      gl.texParameteri(gl.TEXTURE_2D, name, value);
    }
    fill();
    return texture;
  }
}
