export type { Row } from '../../src/contract';
export type { Scan } from '../../src/scan';
