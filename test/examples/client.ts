/** Finds the faces of photos and ranks them by likeness to the first one: node client.ts photo.jpg [more.jpg ...] */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

interface EmbeddingsAnswer {
  results: { image_id: string; faces: { bbox: number[]; embedding: string }[] }[];
}
interface RerankAnswer {
  scores: { id: string; score: number }[];
}

const api = `${process.env['FACE_API_URL'] ?? 'http://127.0.0.1:8000'}/api/v1`;
const key = process.env['FACE_V3_API_KEY'] ?? '';

async function post<Answer>(path: string, body: object): Promise<Answer> {
  const headers = { 'x-api-key': key, 'content-type': 'application/json' };
  const response = await fetch(api + path, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return (await response.json()) as Answer;
}

const images = await Promise.all(
  process.argv.slice(2).map(async (path) => ({ id: basename(path), data: await readFile(path, 'base64') })),
);
const { results } = await post<EmbeddingsAnswer>('/embeddings', { images, encoding_format: 'base64' });
const candidates = results.flatMap(({ image_id, faces }) =>
  faces.map(({ bbox, embedding }) => ({
    id: `${image_id} at [${bbox.map(Math.round).join(', ')}]`,
    embedding,
  })),
);
console.log(candidates.length, 'faces');
if (candidates[0] !== undefined) {
  const query = { query_embedding: candidates[0].embedding, candidates };
  for (const { id, score } of (await post<RerankAnswer>('/rerank', query)).scores) {
    console.log(`${id}: same person as the first with probability ${score.toFixed(3)}`);
  }
}
