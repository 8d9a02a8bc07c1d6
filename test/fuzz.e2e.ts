import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddingsAnswer, request } from './support/client.js';
import { type CampaignReport, runCampaign } from './support/http-fuzz/campaign.js';
import { smallFiles } from './support/http-fuzz/sample-requests.js';
import { samplePhoto } from './support/photos.js';
import { Product } from './support/product.js';
import { sharedFolder } from './support/shared-data.js';

const key = 'a-key-with-more-than-16-characters';
const deadlineSeconds = 10;

/** Resident megabytes that the API may have, whatever is sent. */
const mostMegabytes = 1024;

/** `npm run fuzz` asks for more, and others each time. */
const { FACE_FUZZ_COUNT: count = '2000', FACE_FUZZ_SEED: seed = 'short' } = process.env;

/** Requests of each second, on a busy machine. */
const slowestRate = 25;

describe('broken pictures, bodies and requests', () => {
  let product: Product;

  beforeAll(async () => {
    product = await Product.start({
      api: {
        FACE_V3_API_KEY: key,
        FACE_V3_REQUEST_TIMEOUT_SECONDS: String(deadlineSeconds),
        FACE_V3_LOG_LEVEL: 'ERROR',
      },
    });
  });

  afterAll(() => product.stop());

  const embed = () =>
    request<EmbeddingsAnswer>(`${product.url}/api/v1/embeddings`, {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': 'image/jpeg' },
      body: new Uint8Array(samplePhoto('sample1.jpg')),
    });

  it(
    'are refused in time, one by one, and leave nothing behind',
    { timeout: 60_000 + (Number(count) / slowestRate) * 1000 },
    async () => {
      const before = await embed();
      const report = await runCampaign({
        url: product.url,
        key,
        pid: product.api.pid,
        photo: samplePhoto('sample1.jpg'),
        pictures: smallFiles(sharedFolder('data/awkward')),
        dimension: 512,
        count: Number(count),
        seed,
        deadlineSeconds,
      });
      console.log(lineOf(report));
      expect(report.findings, product.api.printed.slice(-5000)).toEqual([]);
      expect(product.api.running).toBe(true);
      if (process.platform === 'linux') expect(Math.max(...report.megabytes)).toBeLessThan(mostMegabytes);
      // A change that leaves nothing to refuse, or nothing else, would try very little.
      for (const status of [200, 400, 422]) {
        expect(report.statuses.get(status)).toBeGreaterThan(Number(count) / 20);
      }
      expect((await embed()).body.results).toEqual(before.body.results);
    },
  );
});

function lineOf({ statuses, seconds, slowestMilliseconds, megabytes }: CampaignReport): string {
  const answers = [...statuses]
    .sort(([a], [b]) => a - b)
    .map(([status, times]) => `${times} x ${status || 'none'}`);
  return (
    `${count} requests (seed '${seed}') in ${seconds.toFixed(0)} s: ${answers.join(', ')}; slowest ${slowestMilliseconds.toFixed(0)} ms; ` +
    `most resident memory of each tenth ${megabytes.map((each) => each.toFixed(0)).join(', ')} MiB`
  );
}
