import { status } from '@grpc/grpc-js';

/** How a gRPC call ended: the part of grpc-js' ServiceError that decides. */
export interface GrpcFailure {
  readonly code: status;
  readonly details: string;
}

export function isGrpcFailure(error: unknown): error is Error & GrpcFailure {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && 'details' in error;
}

/**
 * The status UNAVAILABLE has many meanings, and NOT_FOUND shares one of them; only the text tells them apart.
 * - `overloaded`: the queue is full
 * - `queue_timeout`: it waited in the queue for too long
 * - `not_serving`: the server starts or stops; nothing was executed
 * - `not_loaded`: the server knows the model, but has not loaded it, or not any more; nothing was executed
 * - `connection`: the server could not be reached, or the connection broke
 * - `restricted`: a header is asked for that we do not send, for good
 */
export type Unavailability =
  'overloaded' | 'queue_timeout' | 'not_serving' | 'not_loaded' | 'connection' | 'restricted';

const texts: readonly (readonly [RegExp, Unavailability])[] = [
  [/exceeds maximum queue size|HTTP status code 429/i, 'overloaded'],
  [/request timeout expired/i, 'queue_timeout'],
  [/has no available versions|not at ready state/i, 'not_loaded'],
  [/server (is )?(not ready|exiting)/i, 'not_serving'],
  [/protocol is restricted/i, 'restricted'],
  // The first words are those of grpc-js, the others those of the system underneath.
  [
    /no connection established|connection dropped|name resolution failed|refused|failed to start HTTP\/2 stream|write error/i,
    'connection',
  ],
  [/\b(ECONN\w+|EPIPE|ENOENT|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)\b/, 'connection'],
];

/** Undefined: the failure is of another kind, or says nothing that is known here. */
export function unavailability({ code, details }: GrpcFailure): Unavailability | undefined {
  // A server that stops, and one that has not got round to loading the model, know its name: unlike an unknown one.
  if (code === status.NOT_FOUND) return /has no available versions/i.test(details) ? 'not_loaded' : undefined;
  // Not by us, which is found out before: the server reset the stream, as a grpc-js server does that is stopped.
  if (code === status.CANCELLED) return 'connection';
  if (code !== status.UNAVAILABLE) return undefined;
  return texts.find(([text]) => text.test(details))?.[1];
}

/**
 * Whether a process of Triton's Python backend is dead ("Stub process 'detect_net_0_0' is not healthy"). Triton does not
 * start it again, and goes on calling itself and the model ready.
 */
export function isDeadProcess({ code, details }: GrpcFailure): boolean {
  return code === status.INTERNAL && /stub process .* is not healthy/i.test(details);
}
