import { putRowsBack } from './body/marked-rows.js';
import { parseEmbeddingBody } from './body/parse-embedding-body.js';
import type { SentEmbeddings } from './read-embeddings.js';
import type { SentEmbedding } from './sent-embedding.js';

/** For specs: embeddings as they are in a request after its body was read, named as candidates. */
export function sentEmbeddings(embeddings: readonly unknown[]): SentEmbeddings {
  const { value, marked } = parseEmbeddingBody(Buffer.from(JSON.stringify({ embeddings })));
  const sent = (putRowsBack(value, marked) as { embeddings: SentEmbedding[] }).embeddings;
  return {
    length: sent.length,
    at: (index) => sent[index] ?? '',
    nameOf: (index) => ({ path: `candidates[${index}].embedding`, name: `the candidate '${index}'` }),
  };
}
