/**
 * Cosine between a unit vector and a row, in double precision.
 * @param unit   of length 1.
 * @param rows   rows of unit.length numbers, one after the other.
 * @param row    which of them, from 0.
 * @returns in [-1, 1], or null when the row has no direction: a non-finite number, or only zeros.
 */
export function cosineToRow(unit: Float64Array, rows: Float64Array, row: number): number | null {
  const dimension = unit.length;
  const start = row * dimension;
  const scale = powerOfTwoNear(largestMagnitude(rows.subarray(start, start + dimension)));
  if (scale === null) return null;
  let product = 0;
  let square = 0;
  for (let i = 0; i < dimension; i += 1) {
    const value = (rows[start + i] ?? 0) * scale;
    product += (unit[i] ?? 0) * value;
    square += value * value;
  }
  return Math.min(Math.max(product / Math.sqrt(square), -1), 1);
}

/** A vector brought to length 1, or null when it has no direction: a non-finite number, or only zeros. */
export function unitVector(vector: Float64Array): Float64Array | null {
  const scale = powerOfTwoNear(largestMagnitude(vector));
  if (scale === null) return null;
  const scaled = vector.map((value) => value * scale);
  const length = Math.sqrt(scaled.reduce((square, value) => square + value * value, 0));
  return scaled.map((value) => value / length);
}

/** NaN when a number is not finite. */
function largestMagnitude(values: Float64Array): number {
  let largest = 0;
  for (const value of values) {
    const magnitude = Math.abs(value);
    if (!Number.isFinite(magnitude)) return Number.NaN;
    if (magnitude > largest) largest = magnitude;
  }
  return largest;
}

/** Factor that brings a magnitude near 1 without rounding, so that squares neither overflow nor vanish. */
function powerOfTwoNear(magnitude: number): number | null {
  if (!(magnitude > 0)) return null;
  const exponent = Math.floor(Math.log2(magnitude));
  // 2^1023 is the largest power a double holds; what is smaller still has enough digits after that.
  return 2 ** -Math.max(exponent, -1023);
}
