/**
 * Everything that can go wrong, as a closed set. A code says what happened, never which HTTP status it
 * becomes: that table lives once, in the API's http/ room.
 */
export const errorCodes = [
  'invalid_base64',
  'invalid_image',
  'unsupported_image_format',
  'image_too_large',
  'too_many_images',
  'too_many_candidates',
  'wrong_dimension',
  'non_finite_number',
  'zero_embedding',
  'invalid_embedding',
  'contract_mismatch',
  'unauthorized',
  'too_many_wrong_keys',
  'not_found',
  'method_not_allowed',
  'malformed_request',
  'headers_too_large',
  'request_timeout',
  'payload_too_large',
  'unsupported_media_type',
  'malformed_body',
  'validation_failed',
  'overloaded',
  'triton_failed',
  'triton_misconfigured',
  'native_failed',
  'not_ready',
  'deadline_exceeded',
  'cancelled',
  'internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** One field of a request that does not fit the schema. */
export interface FieldError {
  /** Where, as in `candidates[3].embedding`. */
  readonly path: string;
  /** What to change. */
  readonly message: string;
}

/** The image of a batch that an error is about. */
export interface ImageReference {
  readonly id: string;
  /** Position in the request, from 0. */
  readonly index: number;
}

/**
 * Which bound an `overloaded` request met: requests at work, bytes of their bodies, inferences that wait for a call, the
 * model server's own queue, native calls, pictures that wait for the decoder, requests of one key at work.
 */
export type Limit =
  | 'requests'
  | 'queue_time'
  | 'body_bytes'
  | 'model_calls'
  | 'model_queue'
  | 'native_calls'
  | 'decoder_queue'
  | 'key_requests';

export interface FaceErrorOptions {
  readonly cause?: unknown;
  readonly image?: ImageReference;
  readonly errors?: readonly FieldError[];
  /** For `overloaded`, `too_many_wrong_keys` and `not_ready`: when a new attempt makes sense. */
  readonly retryAfterSeconds?: number;
  /** For `overloaded`: shown by metrics, not to the caller. */
  readonly limit?: Limit;
}

/**
 * The only error that crosses the border between two rooms. Foreign errors (gRPC, koffi, sharp) are
 * translated into one of these once, where the foreign call is made, with the original as `cause`.
 * `message` is the sentence that the caller of the API reads: it says what to change and shows no paths,
 * stack traces or server internals.
 */
export class FaceError extends Error {
  readonly code: ErrorCode;
  readonly image: ImageReference | undefined;
  readonly errors: readonly FieldError[] | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly limit: Limit | undefined;

  constructor(code: ErrorCode, message: string, options: FaceErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'FaceError';
    this.code = code;
    this.image = options.image;
    this.errors = options.errors;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.limit = options.limit;
  }
}
