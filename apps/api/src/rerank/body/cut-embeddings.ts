import { isAscii } from 'node:buffer';
import { closingQuote, skipBlanks } from '../../http/body/json-text.js';
import { lastMark } from './marked-rows.js';
import type { RowCollector } from './row-collector.js';
import { TextBlock } from './text-block.js';

const quote = 0x22;
const colon = 0x3a;
const comma = 0x2c;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/** Fields that hold an embedding, or a list of embeddings. */
const fields: ReadonlyMap<string, 'one' | 'list'> = new Map([
  ['embedding', 'one'],
  ['query_embedding', 'one'],
  ['embeddings', 'list'],
]);
const nameLengths: ReadonlySet<number> = new Set([...fields.keys()].map(({ length }) => length));

/** Bytes: more than the largest dimension (4096) with all digits of a double and blanks. */
const longestArray = 262_144;

/** After so many arrays that are none, the text is left to the parser: each costs a look at all of it. */
const mostFailures = 64;

/** Bytes that are looked through in one step: a quarter of a millisecond of base64. */
const bytesPerStep = 524_288;

/** How many times as long as base64 an array takes, and more. */
const arrayEffort = 10;

/**
 * Takes embeddings out of a body before it is parsed, each in its final form: a JSON parser would make a million
 * numbers, or megabytes of strings, in the heap of JavaScript first. Arrays go through JSON.parse one by one, so
 * what is a number, and which, stays its business.
 *
 * Whatever is not a flawless array or base64 string in the place of an embedding stays in the text, for the parser
 * and those behind it. The text is JSON exactly when the body is: values are replaced by values. Where it is no UTF-8,
 * neither is the body.
 * @param json expected to be UTF-8
 * @param rows receives the embeddings
 * @returns steps, the last of which gives the text with a mark in the place of each of them
 */
export function cutEmbeddings(json: Buffer, rows: RowCollector): Generator<void, string> {
  return new Cutter(json, rows).cut();
}

class Cutter {
  readonly #json: Buffer;
  readonly #rows: RowCollector;
  readonly #text = new TextBlock();
  /** Everything before it is in the text, or cut. */
  #done = 0;
  #inList = false;
  /** Bytes of arrays so far. */
  #parsed = 0;
  #failures = 0;

  constructor(json: Buffer, rows: RowCollector) {
    this.#json = json;
    this.#rows = rows;
  }

  *cut(): Generator<void, string> {
    let stepEnds = bytesPerStep;
    let at = 0;
    while (at !== -1 && this.#failures <= mostFailures) {
      const effort = at + this.#parsed * (arrayEffort - 1);
      if (effort > stepEnds) {
        yield;
        stepEnds = effort + bytesPerStep;
      }
      at = this.#inList ? this.#cutElement(at) : this.#cutField(at);
    }
    this.#text.appendFrom(this.#json, this.#done, this.#json.length);
    return this.#text.toString();
  }

  /** Cuts what the next string names, if that is an embedding, and returns where to go on; -1 at the end. */
  #cutField(from: number): number {
    const json = this.#json;
    const start = json.indexOf(quote, from);
    const end = start === -1 ? -1 : closingQuote(json, start + 1);
    if (end === -1) return -1;
    if (!nameLengths.has(end - start - 1)) return end + 1;
    const field = fields.get(json.toString('latin1', start + 1, end));
    const behind = skipBlanks(json, end + 1);
    if (field === undefined || json[behind] !== colon) return end + 1;
    const value = skipBlanks(json, behind + 1);
    if (field === 'one') return this.#cutValue(value) ?? value;
    this.#inList = json[value] === openBracket;
    return this.#inList ? skipBlanks(json, value + 1) : value;
  }

  /** Cuts an embedding of a list and returns where to go on, which is the next one if there is one. */
  #cutElement(start: number): number {
    const json = this.#json;
    const end = this.#cutValue(start);
    const behind = end === undefined ? start : skipBlanks(json, end);
    this.#inList = end !== undefined && json[behind] === comma;
    return this.#inList ? skipBlanks(json, behind + 1) : behind;
  }

  /** @returns the position behind the value when it was cut */
  #cutValue(start: number): number | undefined {
    const first = this.#json[start];
    if (first === openBracket) return this.#cutArray(start);
    if (first === quote) return this.#cutString(start);
    return undefined;
  }

  #cutArray(start: number): number | undefined {
    const json = this.#json;
    const end = json.indexOf(closeBracket, start) + 1;
    const isShort = end > 0 && end - start <= longestArray;
    const values = isShort ? parseArray(json.toString('latin1', start, end)) : undefined;
    if (isShort) this.#parsed += end - start;
    if (values === undefined) {
      this.#failures++;
      return undefined;
    }
    const isClean = this.#rows.addArray(values, Math.ceil((json.length - start) / (end - start)));
    // Texts in it may be no UTF-8, which the parser has to see. The row is of no use then, and in nobody's way.
    return isClean || isAscii(json.subarray(start, end)) ? this.#mark(start, end) : undefined;
  }

  #cutString(start: number): number | undefined {
    const json = this.#json;
    const last = closingQuote(json, start + 1);
    if (last === -1) return undefined;
    const text = json.toString('latin1', start + 1, last);
    const left = json.length - start;
    const isRow =
      this.#rows.addBase64(text, left) ||
      // Some writers (PHP's among them) put a backslash before each slash.
      (text.includes('\\/') && this.#rows.addBase64(text.replaceAll('\\/', '/'), left));
    return isRow ? this.#mark(start, last + 1) : undefined;
  }

  #mark(start: number, end: number): number {
    this.#text.appendFrom(this.#json, this.#done, start);
    this.#text.appendAscii(`"${lastMark(this.#rows)}"`);
    this.#done = end;
    return end;
  }
}

/** Undefined when it is no JSON: an array in an array, for one, ends at the wrong bracket. */
function parseArray(text: string): readonly unknown[] | undefined {
  try {
    return JSON.parse(text) as unknown[];
  } catch {
    return undefined;
  }
}
