import type { RowProblem } from './embedding-row.js';
import type { PackedRows } from './packed-rows.js';
import { RowBlock } from './row-block.js';

/** More characters of base64 than bytes. */
const base64Growth = 4 / 3;

/** Reads embeddings into packed rows; rows are numbered from 0 in the order they are added. */
export class RowCollector {
  readonly #numbers = new RowBlock();
  readonly #floats = new RowBlock();
  readonly #lengths: number[] = [];
  readonly #problems = new Map<number, RowProblem>();

  get count(): number {
    return this.#lengths.length;
  }

  /** Elements that came as numbers: each took the parser a while. */
  get parsedNumbers(): number {
    return this.#numbers.used / Float64Array.BYTES_PER_ELEMENT;
  }

  /**
   * Adds an array as it was parsed.
   * @param share how many arrays like this one all that is left to read has room for
   * @returns whether it holds nothing but numbers
   */
  addArray(values: readonly unknown[], share: number): boolean {
    const { length } = values;
    const bytes = length * Float64Array.BYTES_PER_ELEMENT;
    const memory = this.#numbers.append(bytes, bytes * share);
    const row = new Float64Array(memory.buffer, memory.byteOffset, length);
    let notFinite = -1;
    for (let index = 0; index < length; index++) {
      const value = values[index];
      if (typeof value !== 'number') {
        this.#numbers.drop(bytes);
        this.#add(0, { kind: 'no_number', index });
        return false;
      }
      // Infinity - Infinity is NaN. JSON's 1e999 becomes Infinity.
      if (value - value !== 0 && notFinite < 0) notFinite = index;
      row[index] = value;
    }
    this.#add(length, notFinite < 0 ? undefined : { kind: 'not_finite', index: notFinite });
    return true;
  }

  /**
   * Adds an embedding in base64.
   * @param text of one-byte characters: of wider ones Node's decoder sees the lower byte only
   * @param left characters of the body from here on
   * @returns false, and adds nothing, when it is not flawless base64 (padded or not) of at least one float32
   */
  addBase64(text: string, left: number): boolean {
    const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
    const bytes = Math.floor(((text.length - padding) * 3) / 4);
    const missing = (3 - (bytes % 3)) % 3;
    const whole = text.length === Math.ceil(bytes / 3) * 4 - (padding === 0 ? missing : 0);
    if (!whole || bytes === 0 || bytes % Float32Array.BYTES_PER_ELEMENT !== 0) return false;
    // Node's decoder takes the alphabet for URLs too, and skips what is no base64: then it writes less.
    if (text.includes('-') || text.includes('_')) return false;
    const memory = this.#floats.append(bytes, Math.ceil(left / base64Growth));
    if (memory.write(text, 'base64') !== bytes) {
      this.#floats.drop(bytes);
      return false;
    }
    const row = new Float32Array(memory.buffer, memory.byteOffset, bytes / Float32Array.BYTES_PER_ELEMENT);
    const notFinite = firstNotFinite(row);
    this.#add(-row.length, notFinite < 0 ? undefined : { kind: 'not_finite', index: notFinite });
    return true;
  }

  /** Ends the collection. */
  pack(): PackedRows {
    return {
      numbers: this.#numbers.take(),
      floats: this.#floats.take(),
      lengths: Int32Array.from(this.#lengths),
      problems: this.#problems,
    };
  }

  #add(signedLength: number, problem: RowProblem | undefined): void {
    if (problem !== undefined) this.#problems.set(this.#lengths.length, problem);
    this.#lengths.push(signedLength);
  }
}

function firstNotFinite(row: Float32Array): number {
  if (isAllFinite(row)) return -1;
  return row.findIndex((value) => !Number.isFinite(value));
}

/** Zero times a number is 0 or, of what is not finite, NaN. Four sums at a time do not wait for each other. */
function isAllFinite(row: Float32Array): boolean {
  const { length } = row;
  const whole = length - (length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let index = 0; index < whole; index += 4) {
    a += row[index]! * 0;
    b += row[index + 1]! * 0;
    c += row[index + 2]! * 0;
    d += row[index + 3]! * 0;
  }
  for (let index = whole; index < length; index++) a += row[index]! * 0;
  return a + b + c + d === 0;
}
