/** Samples as they travel: base64, zlib, byte planes, differences of rows. The browser has the zlib. */

import type { Packed } from './contract';

/** @throws where the text is no zlib stream of `width x height` samples. */
export async function unpacked(packed: Packed, width: number, height: number): Promise<Uint16Array> {
  const bytes = bytesOf(packed);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  const raw = new Uint8Array(await new Response(stream).arrayBuffer());
  return joined(raw, width, height);
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Byte planes of row differences as samples. */
export function joined(raw: Uint8Array, width: number, height: number): Uint16Array {
  const count = width * height;
  if (raw.length !== 2 * count) throw new Error(`${raw.length} bytes are no ${width} x ${height} samples`);
  const samples = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    const above = i < width ? 0 : samples[i - width]!;
    samples[i] = above + ((raw[i]! << 8) | raw[count + i]!);
  }
  return samples;
}
