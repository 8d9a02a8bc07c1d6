import type { EmbeddingValues, RowProblem } from './embedding-row.js';
import type { PackedRows } from './packed-rows.js';
import { RowBlock } from './row-block.js';
import { rowMemory } from './row-memory.js';

/** Of base64: 4 characters are 3 bytes. */
const charactersPerFloat = 16 / 3;

/** Reads embeddings into packed rows; rows are numbered from 0 in the order they are added. */
export class RowCollector {
  readonly #numbers = new RowBlock(Float64Array);
  readonly #floats = new RowBlock(Float32Array);
  readonly #lengths: number[] = [];
  readonly #problems = new Map<number, RowProblem>();

  get count(): number {
    return this.#lengths.length;
  }

  /** Elements that came as numbers: each took the parser a while. */
  get parsedNumbers(): number {
    return this.#numbers.used;
  }

  /**
   * Adds an array as it was parsed.
   * @param share how many arrays like this one all that is left to read has room for
   * @returns whether it holds nothing but numbers
   */
  addArray(values: readonly unknown[], share: number): boolean {
    const { length } = values;
    const start = this.#numbers.append(length, length * share);
    const row = this.#numbers.values;
    let notFinite = -1;
    for (let index = 0; index < length; index++) {
      const value = values[index];
      if (typeof value !== 'number') {
        this.#numbers.drop(length);
        this.#add(0, { kind: 'no_number', index });
        return false;
      }
      // Infinity - Infinity is NaN. JSON's 1e999 becomes Infinity.
      if (value - value !== 0 && notFinite < 0) notFinite = index;
      row[start + index] = value;
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
    const length = bytes / Float32Array.BYTES_PER_ELEMENT;
    const start = this.#floats.append(length, Math.ceil(left / charactersPerFloat));
    if (this.#floats.bytes.write(text, start * Float32Array.BYTES_PER_ELEMENT, 'base64') !== bytes) {
      this.#floats.drop(length);
      return false;
    }
    const notFinite = firstNotFinite(this.#floats.values, start, start + length);
    this.#add(-length, notFinite < 0 ? undefined : { kind: 'not_finite', index: notFinite });
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

  /** Ends the collection, and gives its memory back. */
  discard(): void {
    rowMemory.giveBack(this.#numbers.take());
    rowMemory.giveBack(this.#floats.take());
  }

  #add(signedLength: number, problem: RowProblem | undefined): void {
    if (problem !== undefined) this.#problems.set(this.#lengths.length, problem);
    this.#lengths.push(signedLength);
  }
}

function firstNotFinite(values: EmbeddingValues, start: number, end: number): number {
  if (isAllFinite(values, start, end)) return -1;
  return values.subarray(start, end).findIndex((value) => !Number.isFinite(value));
}

/** Zero times a number is 0 or, of what is not finite, NaN. Four sums at a time do not wait for each other. */
function isAllFinite(values: EmbeddingValues, start: number, end: number): boolean {
  const last = end - ((end - start) % 4);
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let index = start; index < last; index += 4) {
    a += values[index]! * 0;
    b += values[index + 1]! * 0;
    c += values[index + 2]! * 0;
    d += values[index + 3]! * 0;
  }
  for (let index = last; index < end; index++) a += values[index]! * 0;
  return a + b + c + d === 0;
}
