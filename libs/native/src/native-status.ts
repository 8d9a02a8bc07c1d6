import { FaceError, type ErrorCode } from '@face/errors';

// The only place where a status becomes an error.

/** Statuses that both interfaces number alike; see the enums in native-libs/include. */
const shared = { ok: 0, nonFinite: 6, zeroVector: 7 } as const;
/** merge_status MERGE_ZERO_SUM. */
const zeroSum = 10;

/** The statuses that the caller of the API can do something about; all others are a fault of this program. */
const callerErrors: ReadonlyMap<number, ErrorCode> = new Map<number, ErrorCode>([
  [shared.nonFinite, 'non_finite_number'],
  [shared.zeroVector, 'zero_embedding'],
  [zeroSum, 'zero_embedding'],
]);

/** Which call a status is of. */
export interface StatusOrigin {
  /** File name of the library. */
  readonly library: string;
  /** The library's own sentence for a status. */
  readonly textOf: (status: number) => string;
  /** The row that the status is about, from 0, where the library tells one. */
  readonly row?: number | undefined;
}

/** @throws FaceError when the status is not 0. */
export function requireSuccess(status: number, origin: StatusOrigin): void {
  if (status === shared.ok) return;
  const text = origin.textOf(status);
  const code = callerErrors.get(status);
  if (code === undefined) {
    throw new FaceError('native_failed', `${origin.library} failed with status ${status}: ${text}.`);
  }
  const where = origin.row === undefined || origin.row < 0 ? '' : ` (position ${origin.row}, from 0)`;
  throw new FaceError(code, `${text.charAt(0).toUpperCase()}${text.slice(1)}${where}.`);
}

/**
 * For the original function, whose numbers other than 0 mean nothing to anybody but the owner of the library.
 * @throws FaceError `native_failed` when the status is not 0.
 */
export function requireLegacySuccess(status: number, library: string): void {
  if (status === shared.ok) return;
  throw new FaceError('native_failed', `${library} failed with status ${status}.`);
}
