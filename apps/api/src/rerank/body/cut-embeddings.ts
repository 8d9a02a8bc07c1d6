import { closingQuote, skipBlanks } from '../../http/body/json-text.js';
import { lastMark } from './marked-rows.js';
import type { RowCollector } from './row-collector.js';

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

/**
 * Takes embeddings out of a body before it is parsed, each in its final form: a JSON parser would make a million
 * numbers, or megabytes of strings, in the heap of JavaScript first. Arrays go through JSON.parse one by one, so
 * what is a number, and which, stays its business.
 *
 * Whatever is not a flawless array or base64 string in the place of an embedding stays in the text, for the parser
 * and those behind it. The text is JSON exactly when the body is: values are replaced by values.
 * @param json UTF-8
 * @param rows receives the embeddings
 * @returns the text with a mark in the place of each of them
 */
export function cutEmbeddings(json: Buffer, rows: RowCollector): string {
  return new Cutter(json, rows).cut();
}

class Cutter {
  readonly #json: Buffer;
  readonly #rows: RowCollector;
  #text = '';
  /** Everything before it is in the text, or cut. */
  #done = 0;
  #failures = 0;

  constructor(json: Buffer, rows: RowCollector) {
    this.#json = json;
    this.#rows = rows;
  }

  cut(): string {
    const json = this.#json;
    for (let start = json.indexOf(quote); start !== -1;) {
      const end = closingQuote(json, start + 1);
      if (end === -1 || this.#failures > mostFailures) break;
      start = json.indexOf(quote, this.#cutBehind(start, end));
    }
    return this.#text + json.toString('utf8', this.#done);
  }

  /** Looks at the value that the string between two quotes names, if it does, and returns where to go on. */
  #cutBehind(start: number, end: number): number {
    const json = this.#json;
    if (!nameLengths.has(end - start - 1)) return end + 1;
    const field = fields.get(json.toString('latin1', start + 1, end));
    const behind = skipBlanks(json, end + 1);
    if (field === undefined || json[behind] !== colon) return end + 1;
    const value = skipBlanks(json, behind + 1);
    return field === 'one' ? (this.#cutValue(value) ?? value) : this.#cutList(value);
  }

  #cutList(start: number): number {
    const json = this.#json;
    if (json[start] !== openBracket) return start;
    for (let at = skipBlanks(json, start + 1); ; at = skipBlanks(json, at + 1)) {
      const end = this.#cutValue(at);
      if (end === undefined) return at;
      at = skipBlanks(json, end);
      if (json[at] !== comma) return at;
    }
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
    const values =
      end > 0 && end - start <= longestArray ? parseArray(json.toString('latin1', start, end)) : undefined;
    if (values === undefined) {
      this.#failures++;
      return undefined;
    }
    this.#rows.addArray(values, Math.ceil((json.length - start) / (end - start)));
    return this.#mark(start, end);
  }

  #cutString(start: number): number | undefined {
    const json = this.#json;
    const last = closingQuote(json, start + 1);
    if (last === -1) return undefined;
    const text = json.toString('latin1', start + 1, last);
    // Some writers (PHP's among them) put a backslash before each slash.
    const base64 = text.includes('\\') ? text.replaceAll('\\/', '/') : text;
    return this.#rows.addBase64(base64, json.length - start) ? this.#mark(start, last + 1) : undefined;
  }

  #mark(start: number, end: number): number {
    this.#text += `${this.#json.toString('utf8', this.#done, start)}"${lastMark(this.#rows)}"`;
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
