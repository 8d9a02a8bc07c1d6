/**
 * Gives the memory of a large array back now instead of at the next garbage collection. Photos, decoded pictures and
 * frames are megabytes each: left to the collector, a few dozen of them start a full collection. Afterwards the array
 * is empty, so only its owner may do this, when nobody reads it any more.
 *
 * An array that is a part of a larger buffer, or empty already, is left alone.
 */
export function releaseBytes(bytes: Uint8Array): void {
  const { buffer, byteLength } = bytes;
  const whole = byteLength > 0 && byteLength === buffer.byteLength;
  if (whole && buffer instanceof ArrayBuffer) buffer.transfer(0);
}
