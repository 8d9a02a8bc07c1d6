import type { ApiClient } from '../measure/api-client.ts';
import type { LfwPortraits } from './lfw-portraits.ts';

export interface MeasurementInput {
  readonly client: ApiClient;
  /** Of the photo collections. */
  readonly data: string;
  readonly lfw: LfwPortraits;
  readonly stop: AbortSignal;
}

/** A figure that the default pack has to reach. */
export interface Target {
  readonly name: string;
  readonly value: number;
  readonly least?: number;
  readonly most?: number;
}

export interface Measurement {
  /** Markdown: what was measured and its figures. */
  readonly section: string;
  readonly targets: readonly Target[];
}

export function isReached({ value, least = -Infinity, most = Infinity }: Target): boolean {
  return value >= least && value <= most;
}

/** As a share with four digits, the form in which face benchmarks are published. */
export function share(value: number): string {
  return (Math.abs(value) < 5e-5 ? 0 : value).toFixed(4);
}

/** A difference of shares in percentage points, with its interval if there is one. */
export function points(value: number, interval?: { readonly low: number; readonly high: number }): string {
  const inPoints = (each: number) => (Math.abs(each) < 5e-5 ? 0 : 100 * each).toFixed(2);
  const sign = value >= 5e-5 ? '+' : '';
  const range = interval === undefined ? '' : ` [${inPoints(interval.low)}, ${inPoints(interval.high)}]`;
  return `${sign}${inPoints(value)}${range}`;
}

/** A rate, however small, with two digits that count, and its interval. */
export function rate(of: { readonly value: number; readonly low: number; readonly high: number }): string {
  const text = (value: number) =>
    value === 0 ? '0' : value >= 0.001 ? value.toPrecision(2) : value.toExponential(1);
  return `${text(of.value)} [${text(of.low)}, ${text(of.high)}]`;
}
