import type { CallMetadata } from './connection/call-metadata.js';
import type { TritonTls } from './connection/channel-credentials.js';

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
  /** Inferences at a time, of this process; not bounded unless set. */
  readonly maxConcurrentCalls?: number | undefined;
  /** Inferences that may wait for one of them to end, one more is refused as overload; not bounded unless set. */
  readonly maxWaitingCalls?: number | undefined;
  /** Sent with every call; none unless set. */
  readonly metadata?: CallMetadata | undefined;
  /** Plain text unless set. */
  readonly tls?: TritonTls | undefined;
}
