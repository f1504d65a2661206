/** Rules of portray's that the demo follows: file stems, container numbers, p-values, ratios of bands. */

import { createHash } from 'node:crypto';

export const sha256 = (text) => createHash('sha256').update(text).digest('hex');

/** report::Names, for names that do not meet. */
export function stem(name) {
  let made = '';
  let exact = !name.includes('__');
  for (const character of name) {
    if (/[A-Za-z0-9._-]/.test(character)) made += character;
    else if (character === '/') made += '__';
    else {
      made += /[\p{L}\p{N}]/u.test(character) ? character : '_';
      exact = false;
    }
  }
  if (made === '' || made.startsWith('.') || made.endsWith('.')) {
    made = `scan_${made.replace(/^\.+|\.+$/g, '')}`;
    exact = false;
  }
  return exact ? made : `${made}~${sha256(name).slice(0, 8)}`;
}

/** An ISO 6346 number with its check digit, of an owner that does not exist. */
export function container(serial) {
  const text = `PTYU${String(serial % 1_000_000).padStart(6, '0')}`;
  const value = (character) => {
    if (/\d/.test(character)) return Number(character);
    const place = character.charCodeAt(0) - 65 + 10;
    return place + Math.floor((place - 1) / 10);
  };
  const sum = [...text].reduce((total, character, at) => total + value(character) * 2 ** at, 0);
  return `${text}${(sum % 11) % 10}`;
}

export const pValue = (clean, score) => (clean.filter((one) => one >= score).length + 1) / (clean.length + 1);

/** judge::attenuation: water, aluminium and iron in cm²/g (NIST SRD 126); organic goods have 0.955 of water's. */
const TABLE = [
  [1.0, 0.07072, 0.06146, 0.05995],
  [1.25, 0.06323, 0.05496, 0.0535],
  [1.5, 0.05754, 0.05006, 0.04883],
  [2.0, 0.04942, 0.04324, 0.04265],
  [3.0, 0.03969, 0.03541, 0.03621],
  [4.0, 0.03403, 0.03106, 0.03312],
];
function at(mev, column) {
  const upper = Math.max(1, TABLE.findIndex((row) => row[0] >= mev));
  const [a, b] = [TABLE[upper - 1], TABLE[upper]];
  const share = Math.log(mev / a[0]) / Math.log(b[0] / a[0]);
  return a[column] * (b[column] / a[column]) ** share;
}
export function bands([high, low]) {
  const ratio = (column) => at(low / 3, column) / at(high / 3, column);
  return { organic: ratio(1), mineral: ratio(2), metal: ratio(3) };
}

/** Numbers that are the same in every run. */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
