import type { ApiClient } from '../measure/api-client.ts';
import type { PortraitStore } from './portrait-store.ts';

export interface MeasurementInput {
  readonly client: ApiClient;
  /** Of the photo collections. */
  readonly data: string;
  /** Portraits of the folder lfw, which more than one part needs. */
  readonly lfw: PortraitStore;
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
  return value.toFixed(4);
}
