import { tmpdir } from 'node:os';

export const FOLDER = process.env['PORTRAY_REVIEW_TMP'] ?? `${tmpdir()}/portray-review-tests`;
/** 200 scans with files of their own; 5,000 that share those of ten; ten without a calibration. */
export const DEMO = `${FOLDER}/day`;
export const BIG = `${FOLDER}/month`;
export const ONE = `${FOLDER}/uncalibrated`;
export const HOSTILE = '"><script>alert(1)</script>.png';
