import { isUtf8 } from 'node:buffer';
import { parseJson } from '../../http/body/parse-json.js';
import { cutEmbeddings } from './cut-embeddings.js';
import { type MarkedRows, markedRows, putRowsBack } from './marked-rows.js';
import { RowCollector } from './row-collector.js';

/**
 * Characters without embeddings that the event loop may parse at a time. A thousand candidates have a tenth of it.
 */
const longestText = 1_048_576;

/**
 * Lists in such a text; with its embeddings taken out a body has one, and some more in ids. A text of nothing but opening brackets takes V8 ten
 * times as long as another of its length.
 */
const mostLists = 4096;

/** A body of /rerank or /merge, its embeddings apart. */
export interface CutBody {
  /** With marks in the place of embeddings; JSON exactly when the body is. */
  readonly text: string;
  readonly rows: RowCollector;
}

/** Whether the event loop may parse what is left of a body without its embeddings: in a few milliseconds. */
export function isParsedQuickly(text: string): boolean {
  if (text.length > longestText) return false;
  let lists = 0;
  for (let at = text.indexOf('['); at !== -1; at = text.indexOf('[', at + 1)) {
    if (++lists > mostLists) return false;
  }
  return true;
}

/** Takes embeddings out of a body, in steps; undefined for what is not UTF-8, and so no JSON. */
export function* cutInSteps(bytes: Buffer, rows: RowCollector): Generator<void, string | undefined> {
  const text = yield* cutEmbeddings(bytes, rows);
  // What cannot be decoded becomes this character, which may also have been sent.
  if (text.includes('\ufffd') && !isUtf8(bytes)) return undefined;
  // Some writers begin a file of UTF-8 with a byte order mark.
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

/** All steps at once. */
export function cutBody(bytes: Buffer): CutBody | undefined {
  const rows = new RowCollector();
  const steps = cutInSteps(bytes, rows);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value === undefined ? undefined : { text: step.value, rows };
}

/** The body with its embeddings as rows; undefined when the text is no JSON. */
export function joinBody(text: string, marked: MarkedRows): unknown {
  const value = parseText(text);
  return value === undefined ? undefined : putRowsBack(value, marked);
}

/**
 * The whole way of a small body.
 * @throws FaceError as parseJson() does
 */
export function readEmbeddingBody(bytes: Buffer): unknown {
  const cut = cutBody(bytes);
  const value = cut === undefined ? undefined : joinBody(cut.text, markedRows(cut.rows));
  // The whole text tells what is wrong with it, and where.
  return value ?? parseJson(bytes, 'json');
}

/** Undefined when it is no JSON. */
export function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
