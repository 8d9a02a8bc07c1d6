const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** For each of the 256 exponents of float32: the power of ten that keeps seven significant digits. */
const scales = Float64Array.from(
  { length: 256 },
  (_, exponent) => 10 ** (6 - Math.floor((exponent - 127) * Math.log10(2))),
);

/** Powers of ten up to here are exact doubles, so that a division by one gives the double nearest to the decimal. */
const largestExactScale = 1e22;

/**
 * The double of a short decimal, seven to nine digits, that reads back as the same float32: JSON then shows 0.0345
 * instead of 0.03449999913573265. Costs less than it saves in JSON.stringify, and 40 % of the bytes of an embedding.
 */
export function shortestFloat32(value: number): number {
  float[0] = value;
  let scale = scales[((bits[0] ?? 0) >>> 23) & 0xff] ?? Number.NaN;
  for (let more = 0; more <= 2 && scale >= 1 && scale <= largestExactScale; more++) {
    const decimal = Math.round(value * scale) / scale;
    if (Math.fround(decimal) === value) return decimal;
    scale *= 10;
  }
  return value;
}
