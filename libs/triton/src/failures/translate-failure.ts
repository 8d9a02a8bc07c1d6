import { status } from '@grpc/grpc-js';
import { FaceError, type ErrorCode } from '@face/errors';
import { type GrpcFailure, type Unavailability, isDeadProcess, unavailability } from './grpc-failure.js';
import { WordlessFailure } from './wordless-failure.js';

/** Seconds after which an overloaded or starting server may be asked again. */
const retryAfterSeconds = 1;

type Translation = readonly [code: ErrorCode, sentence: string];

const notReady: Translation = [
  'not_ready',
  'The model server is not ready: it starts or stops. Try again shortly.',
];

/**
 * The only place where an answer of gRPC becomes an error of ours. The foreign text stays in `cause`, for the log: the
 * sentence never repeats it, because Triton puts stack traces and paths of the server into it.
 * @param model that the call was about; undefined for calls about the server.
 */
export function translateFailure(failure: GrpcFailure, model?: string): FaceError {
  const subject = model === undefined ? 'the model server' : `the model '${model}'`;
  const [code, sentence] = translate(failure, subject);
  const retry = code === 'overloaded' || code === 'not_ready';
  const cause = failure.details.trim() === '' ? new WordlessFailure(failure) : failure;
  return new FaceError(code, sentence, {
    cause,
    ...(retry ? { retryAfterSeconds } : {}),
    ...(code === 'overloaded' ? { limit: 'model_queue' } : {}),
  });
}

const noConnection: Translation = ['not_ready', 'The model server cannot be reached. Try again shortly.'];

/**
 * For a call that was not even tried.
 * @param cause why the last one that was tried failed
 */
export function unreachable(cause: unknown): FaceError {
  return new FaceError(...noConnection, { cause, retryAfterSeconds });
}

function translate(failure: GrpcFailure, subject: string): Translation {
  const kind = unavailability(failure);
  if (kind !== undefined) return translateUnavailability(kind, subject);
  switch (failure.code) {
    case status.UNAVAILABLE:
      return notReady;
    case status.DEADLINE_EXCEEDED:
      return ['deadline_exceeded', `There was no answer from ${subject} in time.`];
    case status.NOT_FOUND:
      return [
        'triton_misconfigured',
        `The model server does not know ${subject}: check the name in the settings.`,
      ];
    case status.INVALID_ARGUMENT:
      return [
        'triton_failed',
        `A request was refused by ${subject}: its inputs differ from what it says of itself.`,
      ];
    case status.RESOURCE_EXHAUSTED:
      return /larger than/i.test(failure.details)
        ? ['triton_failed', `A message to or from ${subject} is larger than the other side accepts.`]
        : ['overloaded', `There are too many requests for ${subject}. Try again shortly.`];
    case status.UNIMPLEMENTED:
      return ['triton_failed', `What was asked of ${subject} is not offered there.`];
    case status.UNAUTHENTICATED:
    case status.PERMISSION_DENIED:
      return ['triton_misconfigured', 'The model server refuses this client: check its access rules.'];
    case status.INTERNAL:
      return isDeadProcess(failure)
        ? ['triton_failed', `A process of ${subject} has died, and the model server has to be restarted.`]
        : ['triton_failed', `There was an internal error in ${subject}.`];
    case status.CANCELLED:
    case status.OK:
    case status.UNKNOWN:
    case status.ALREADY_EXISTS:
    case status.FAILED_PRECONDITION:
    case status.ABORTED:
    case status.OUT_OF_RANGE:
    case status.DATA_LOSS:
      return ['triton_failed', `The call failed in ${subject} (${status[failure.code]}).`];
  }
}

function translateUnavailability(kind: Unavailability, subject: string): Translation {
  switch (kind) {
    case 'overloaded':
      return ['overloaded', `There are too many requests for ${subject}. Try again shortly.`];
    case 'queue_timeout':
      return ['deadline_exceeded', `The request waited too long in the queue of ${subject}.`];
    case 'not_serving':
      return notReady;
    case 'not_loaded':
      return [
        'not_ready',
        `The model server has not loaded ${subject}: it starts, stops, or could not. Try again shortly.`,
      ];
    case 'connection':
      return noConnection;
    case 'restricted':
      return [
        'triton_misconfigured',
        'The model server restricts what it answers to calls with a header: set FACE_V3_TRITON_METADATA to it.',
      ];
  }
}
