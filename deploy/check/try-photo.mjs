/* global fetch */
import { readFileSync } from 'node:fs';

/**
 * Finds and compares the faces of a photo, as a caller would.
 * @param {string} url of the API
 * @param {string} key
 * @param {string} photo its path
 * @param {number} faces that it has
 */
export async function tryPhoto(url, key, photo, faces) {
  const ask = (path, headers, body) =>
    fetch(`${url}${path}`, { method: body ? 'POST' : 'GET', headers, body });
  const open = await ask('/api/v1/embeddings', { 'content-type': 'image/jpeg' }, readFileSync(photo));
  if (open.status !== 401) throw new Error(`without a key the API answers ${open.status}, not 401`);
  await open.body?.cancel();

  const answer = await ask(
    '/api/v1/embeddings',
    { 'content-type': 'image/jpeg', 'x-api-key': key },
    readFileSync(photo),
  );
  const { results } = await expectOk(answer);
  const found = results[0].faces;
  if (found.length !== faces) throw new Error(`${found.length} faces were found, not ${faces}`);

  const candidates = found.map(({ embedding }, index) => ({ id: String(index), embedding }));
  const body = JSON.stringify({ query_embedding: found[0].embedding, candidates });
  const { scores } = await expectOk(
    await ask('/api/v1/rerank', { 'content-type': 'application/json', 'x-api-key': key }, body),
  );
  const accepted = scores.filter(({ score }) => score > 0.5).map(({ id }) => id);
  if (accepted.join() !== '0')
    throw new Error(`of the faces ${accepted.join()} are said to be the first person`);

  const { status, triton_ready, rerank_ready } = await expectOk(await ask('/healthz', {}));
  if (status !== 'ok' || !triton_ready || !rerank_ready) throw new Error(`the API's health is '${status}'`);
}

/** @param {Response} response */
async function expectOk(response) {
  if (response.status !== 200)
    throw new Error(`the API answers ${response.status}: ${await response.text()}`);
  return response.json();
}
