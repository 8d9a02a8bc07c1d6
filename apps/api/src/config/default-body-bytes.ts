import { totalmem } from 'node:os';

/** More is of no use: fifty of the largest rerank requests fit. */
const most = 2_147_483_648;

/** Default of FACE_V3_MAX_BODY_BYTES_IN_FLIGHT: a quarter of the memory that this process may have, at most 2 GiB. */
export function defaultBodyBytes(): number {
  const machine = totalmem();
  // Of the container; 0 or more than there is where none is set.
  const limit = process.constrainedMemory();
  const memory = limit > 0 && limit < machine ? limit : machine;
  return Math.min(most, Math.floor(memory / 4));
}
