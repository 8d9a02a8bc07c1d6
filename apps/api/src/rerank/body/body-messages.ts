import type { ErrorCode, FieldError } from '@face/errors';
import type { MarkedRows } from './marked-rows.js';

/** A body for a thread to read. */
export interface BodyJob {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** `cut` takes its embeddings out, `refuse` tells why it is no JSON. */
  readonly task: 'cut' | 'refuse';
  /** Name of the class that it will be checked against. */
  readonly type: string;
  /** FACE_V3_MAX_CANDIDATES. */
  readonly maxCandidates: number;
}

/** What came of it. */
export type BodyResult =
  /** Little text, which nobody has parsed yet, and the body that it is of. */
  | {
      readonly kind: 'cut';
      readonly text: string;
      readonly marked: MarkedRows;
      readonly bytes: Uint8Array<ArrayBuffer>;
    }
  /** What fits the schema, though it is large without its embeddings. */
  | { readonly kind: 'value'; readonly value: unknown; readonly marked: MarkedRows }
  | { readonly kind: 'refused'; readonly error: RefusedBody }
  | { readonly kind: 'failed'; readonly error: unknown };

export interface BodyAnswer {
  readonly result: BodyResult;
  /** The thread ends after this answer. */
  readonly last: boolean;
}

/** A FaceError in a form that goes from one thread to another. */
export interface RefusedBody {
  readonly code: ErrorCode;
  readonly message: string;
  readonly errors: readonly FieldError[] | undefined;
  readonly cause: unknown;
}
