/**
 * Multiplications that take about half a millisecond on one core: more would be felt by everybody who waits for
 * the event loop, less is not worth the way through another thread.
 */
const halfMillisecond = 4_000_000;

/** Whether comparing all candidates with each other, the quadratic part, is too much for the event loop. */
export function tooMuchForEventLoop(candidates: number, dimension: number): boolean {
  return candidates * candidates * dimension > halfMillisecond;
}
