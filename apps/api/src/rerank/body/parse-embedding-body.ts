import { isUtf8 } from 'node:buffer';
import { parseJson } from '../../http/body/parse-json.js';
import { cutEmbeddings } from './cut-embeddings.js';
import { type MarkedRows, markedRows, takeRowsOut } from './marked-rows.js';
import { RowCollector } from './row-collector.js';

/** A body of /rerank or /merge, its embeddings apart. */
export interface EmbeddingBody {
  /** With marks in the place of embeddings. */
  readonly value: unknown;
  /** JSON that says the same, unless some embedding was found only in the value. */
  readonly text: string | undefined;
  /** Length of what had to be parsed beside the embeddings. */
  readonly characters: number;
  readonly marked: MarkedRows;
}

/** @throws FaceError as parseJson() does */
export function parseEmbeddingBody(bytes: Buffer): EmbeddingBody {
  const rows = new RowCollector();
  const text = isUtf8(bytes) ? withoutMark(cutEmbeddings(bytes, rows)) : '';
  const value = parseText(text) ?? parseJson(bytes, 'json');
  const { count } = rows;
  takeRowsOut(value, rows);
  return {
    value,
    text: rows.count === count ? text : undefined,
    characters: text.length,
    marked: markedRows(rows),
  };
}

/** Undefined when something is wrong: the whole body tells where. */
function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Some writers begin a file of UTF-8 with a byte order mark. */
function withoutMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}
