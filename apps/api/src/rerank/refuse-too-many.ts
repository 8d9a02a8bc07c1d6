import { FaceError } from '@face/errors';

/** @throws FaceError `too_many_candidates` */
export function refuseTooMany(what: string, count: number, most: number): void {
  if (count <= most) return;
  throw new FaceError(
    'too_many_candidates',
    `The request has ${count} ${what}, at most ${most} are allowed.`,
  );
}
