/**
 * Whether large tensors go to the server through shared memory: `auto` when its address is a Unix socket or the loopback
 * interface, `on` whatever its address, as between containers that share it; in any case only when the server offers it.
 */
export const sharedMemoryModes = ['auto', 'on', 'off'] as const;
export type SharedMemoryMode = (typeof sharedMemoryModes)[number];

/** Injection token of {@link TritonOptions}. */
export const TRITON_OPTIONS = Symbol('TRITON_OPTIONS');

export interface TritonOptions {
  /** Where the model server listens: see {@link grpcTarget}. */
  readonly url: string;
  readonly detectionModel: string;
  readonly extractionModel: string;
  /** Items in one call to a model that tells no limit of its own. */
  readonly maxBatchSize: number;
  /** Pixels of the detector's input. */
  readonly detectionInput: { readonly width: number; readonly height: number };
  /** When set, the extraction model has to give embeddings of this length. */
  readonly expectedDimension?: number | undefined;
  /** `off` unless set. */
  readonly sharedMemory?: SharedMemoryMode | undefined;
}
