import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { TritonServer } from '../support/triton-server.js';

const repository = fileURLToPath(new URL('../../triton/models_serving', import.meta.url));

/** Name, version and status of each model, from the table that the server prints. */
function statusOf(printed: string): Map<string, string> {
  const rows = printed.matchAll(/^\| (\w+) +\| 1 +\| (.*?) +\|$/gm);
  return new Map([...rows].map(([, name = '', status = '']) => [name, status]));
}

it('is read by a real server, which misses nothing but TensorRT', async () => {
  const triton = await TritonServer.start(repository, ['--exit-on-error=false', '--strict-readiness=false']);
  try {
    const status = statusOf(triton.printed);
    for (const step of ['detect_pre', 'detect_post', 'extract_pre', 'extract_post']) {
      expect([step, status.get(step)]).toEqual([step, 'READY']);
    }
    for (const network of ['detect_net', 'extract_net']) {
      expect(status.get(network)).toContain("unable to find backend library for backend 'tensorrt'");
    }
  } finally {
    await triton.stop();
  }
});
