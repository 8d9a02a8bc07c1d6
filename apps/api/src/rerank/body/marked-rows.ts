import { randomBytes } from 'node:crypto';
import { EmbeddingRow } from './embedding-row.js';
import { type PackedRows, unpackRows } from './packed-rows.js';
import { RowCollector } from './row-collector.js';

/** Nobody outside can write a mark, so none can be mistaken for one. */
const secret = `${randomBytes(12).toString('base64url')}:`;

/** Rows that were taken out of a text or value, with a string in the place of each that leads back to it. */
export interface MarkedRows {
  /** Marks begin with it; the number of the row follows. */
  readonly prefix: string;
  readonly rows: PackedRows;
}

/** Stands for the row that was added last. */
export function lastMark(rows: RowCollector): string {
  return `${secret}${rows.count - 1}`;
}

/** Ends the collection. */
export function markedRows(rows: RowCollector): MarkedRows {
  return { prefix: secret, rows: rows.pack() };
}

/** Takes embeddings that are still in a value out of it, so that it can go to another thread. */
export function takeRowsOut(value: unknown, rows: RowCollector): void {
  replaceEmbeddings(value, (embedding) => (add(embedding, rows) ? lastMark(rows) : undefined));
}

/** Puts rows in the place of their marks, and in that of embeddings that are still in the value. */
export function putRowsBack(value: unknown, { prefix, rows }: MarkedRows): unknown {
  const unpacked = unpackRows(rows);
  replaceEmbeddings(value, (embedding) => {
    const isMark = typeof embedding === 'string' && embedding.startsWith(prefix);
    return isMark ? unpacked[Number(embedding.slice(prefix.length))] : rowOf(embedding);
  });
  return value;
}

function rowOf(embedding: unknown): EmbeddingRow | undefined {
  const rows = new RowCollector();
  return add(embedding, rows) ? unpackRows(rows.pack())[0] : undefined;
}

function add(embedding: unknown, rows: RowCollector): boolean {
  if (Array.isArray(embedding)) {
    rows.addArray(embedding, 1);
    return true;
  }
  if (typeof embedding !== 'string' || embedding.startsWith(secret)) return false;
  return Buffer.byteLength(embedding) === embedding.length && rows.addBase64(embedding, embedding.length);
}

type Replacement = EmbeddingRow | string | undefined;

/** Looks at every place of a body of /rerank or /merge where an embedding belongs; undefined leaves it as it is. */
function replaceEmbeddings(body: unknown, replacement: (embedding: unknown) => Replacement): void {
  if (!isRecord(body)) return;
  replaceField(body, 'query_embedding', replacement);
  const { candidates, embeddings } = body;
  if (Array.isArray(candidates)) {
    for (const candidate of candidates) {
      if (isRecord(candidate)) replaceField(candidate, 'embedding', replacement);
    }
  }
  if (Array.isArray(embeddings)) {
    const list: unknown[] = embeddings;
    for (const [index, embedding] of list.entries()) list[index] = replacement(embedding) ?? embedding;
  }
}

function replaceField(
  owner: Record<string, unknown>,
  name: string,
  replacement: (embedding: unknown) => Replacement,
): void {
  const better = replacement(owner[name]);
  if (better !== undefined) owner[name] = better;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
