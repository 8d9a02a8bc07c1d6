/**
 * Picoseconds that a pair of candidates takes per number, by the vector instructions in use, when all candidates show
 * one person: the slowest there is, and what nobody can know before. Measured on an AMD EPYC with K = 100 and more.
 */
const perPairAndNumber: ReadonlyMap<string, number> = new Map([
  ['avx512vnni', 45],
  ['avx512', 45],
  ['avx2', 60],
]);
/** Without vector instructions, and in libraries that do not say. */
const slowest = 100;

/** How many times as long as multiplying it, once, reading a number takes. */
const reading = 5;

/** More would be felt by everybody who waits for the event loop; less is not worth the way through a thread. */
const halfMillisecond = 5e8;

/** What is scored in one call. */
export interface RerankSize {
  readonly candidates: number;
  readonly dimension: number;
  /** Whether candidates vote, which is the quadratic part. */
  readonly voting: boolean;
}

/**
 * Tells calls that would hold the event loop for more than about half a millisecond.
 * @param level vector instructions, as in the build information of the library
 */
export function tooMuchForEventLoop(
  { candidates, dimension, voting }: RerankSize,
  level: string | undefined,
): boolean {
  const picoseconds = perPairAndNumber.get(level ?? '') ?? slowest;
  const perNumber = picoseconds * (voting ? candidates + reading : reading);
  return candidates * dimension * perNumber > halfMillisecond;
}
