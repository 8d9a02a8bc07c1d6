import { readEmbeddingBody } from './body/embedding-body.js';
import type { SentEmbeddings } from './read-embeddings.js';
import type { SentEmbedding } from './sent-embedding.js';

/** For specs: embeddings as they are in a request after its body was read, named as candidates. */
export function sentEmbeddings(embeddings: readonly unknown[]): SentEmbeddings {
  const body = readEmbeddingBody(Buffer.from(JSON.stringify({ embeddings })));
  const sent = (body as { embeddings: SentEmbedding[] }).embeddings;
  return {
    length: sent.length,
    at: (index) => sent[index] ?? '',
    nameOf: (index) => ({ path: `candidates[${index}].embedding`, name: `the candidate '${index}'` }),
  };
}
