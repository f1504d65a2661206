/** Reads a sample's counts, and packs planes as portray does for the page. */

import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import dicom from 'dicom-parser';
import { decode as decodePng } from 'fast-png';
import { decode as decodeTiff } from 'tiff';

/** The planes of a scan file, in the file's order. */
export function read(path) {
  const bytes = readFileSync(path);
  if (/\.tiff?$/i.test(path)) {
    return decodeTiff(bytes).map(({ width, height, data }) => ({ width, height, data: Uint16Array.from(data) }));
  }
  if (/\.png$/i.test(path)) {
    const { width, height, data } = decodePng(bytes);
    return [{ width, height, data: Uint16Array.from(data) }];
  }
  return [readDicom(bytes)];
}

/** One 16-bit frame, plain or run-length encoded: two segments, high and low bytes. */
function readDicom(bytes) {
  const file = dicom.parseDicom(bytes);
  const [height, width] = [file.uint16('x00280010'), file.uint16('x00280011')];
  const element = file.elements.x7fe00010;
  const count = width * height;
  if (!element.encapsulatedPixelData) {
    const data = new Uint16Array(count);
    for (let i = 0; i < count; i++) data[i] = bytes.readUInt16LE(element.dataOffset + 2 * i);
    return { width, height, data };
  }
  const frame = dicom.readEncapsulatedPixelDataFromFragments(file, element, 0, element.fragments.length);
  const view = Buffer.from(frame.buffer, frame.byteOffset, frame.length);
  const planes = [1, 2].map((segment) => packBits(view, view.readUInt32LE(4 * segment), count));
  return { width, height, data: Uint16Array.from(planes[0], (high, i) => (high << 8) | planes[1][i]) };
}

function packBits(bytes, from, count) {
  const out = new Uint8Array(count);
  for (let at = from, to = 0; to < count; ) {
    const code = bytes.readInt8(at++);
    if (code >= 0) {
      for (let i = 0; i <= code; i++) out[to++] = bytes[at++];
    } else if (code > -128) {
      out.fill(bytes[at++], to, (to += 1 - code));
    }
  }
  return out;
}

/** Rows less the rows above them, high bytes and then low bytes, zlib, base64. */
export function pack(samples, width) {
  const bytes = Buffer.alloc(2 * samples.length);
  for (let i = 0; i < samples.length; i++) {
    const difference = (samples[i] - (i < width ? 0 : samples[i - width])) & 0xffff;
    bytes[i] = difference >> 8;
    bytes[samples.length + i] = difference & 0xff;
  }
  return deflateSync(bytes, { level: 6 }).toString('base64');
}

export function median(values) {
  const sorted = Float64Array.from(values).sort();
  return sorted.length > 0 ? sorted[sorted.length >> 1] : NaN;
}
