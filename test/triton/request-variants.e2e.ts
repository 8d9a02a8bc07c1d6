import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConformanceServer } from '../support/conformance-server.js';
import { isSameAnswer, replay } from '../support/replay.js';
import { requestVariants } from '../support/request-variants.js';
import { writeTestModels } from '../support/test-models-repository.js';
import { TritonServer } from '../support/triton-server.js';

const concurrency = 8;

describe('calls that are wrong in one point each', () => {
  let folder: string;
  let ours: Awaited<ReturnType<typeof startConformanceServer>>;
  let theirs: TritonServer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'face-triton-'));
    writeTestModels(folder);
    theirs = await TritonServer.start(folder);
    ours = await startConformanceServer();
  });

  afterAll(async () => {
    await ours.stop();
    await theirs.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('are answered by our server as by the real one', async () => {
    const calls = requestVariants();
    const left = [...calls];
    const differences: unknown[] = [];
    const work = async () => {
      for (let call = left.pop(); call !== undefined; call = left.pop()) {
        const recorded = { ...call, expect: { code: 0, text: '', trailing: {} } };
        const [mine, real] = await Promise.all([
          replay(ours.address, recorded),
          replay(theirs.address, recorded),
        ]);
        if (!isSameAnswer(mine, real, call.volatile === true)) differences.push({ call, mine, real });
      }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
    console.log(`compared with a real Triton: ${calls.length} calls`);
    expect(differences.slice(0, 10)).toEqual([]);
  });
});
