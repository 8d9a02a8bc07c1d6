import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../scripts/measure/seeded-random.js';
import { startConformanceServer } from '../support/conformance-server.js';
import { Mutator } from '../support/fuzz/mutator.js';
import { Malformed, type ReferenceRequest, readRequest } from '../support/fuzz/reference-reader.js';
import { samples } from '../support/fuzz/samples.js';
import { intendedDifferences } from '../support/intended-differences.js';
import { isSameAnswer, replay } from '../support/replay.js';
import { writeTestModels } from '../support/test-models-repository.js';
import { TritonServer } from '../support/triton-server.js';

const seed = process.env['FACE_TEST_FUZZ_SEED'] ?? '1';
const count = Number(process.env['FACE_TEST_FUZZ_COUNT'] ?? 6000);
const concurrency = 8;

type Kind = keyof typeof kinds;

/** Which intended difference may show with a request. */
const kinds = {
  'text with a NUL': (request: ReferenceRequest) => texts(request).some((text) => text.includes('\0')),
  'odd message': ({ odd }: ReferenceRequest) => odd,
  // Some of these would end the process of the real server's model, which then answers no more.
  'miscounted size': ({ inputs }: ReferenceRequest) =>
    inputs.some(({ shape }) => shape[0] === 0n || shape.some((size) => size < 0n || size >= 2n ** 31n)),
};

function texts({ modelName, modelVersion, id, parameters, inputs, outputs }: ReferenceRequest): string[] {
  const tensors = [...inputs, ...outputs];
  return [
    ...[modelName, modelVersion, id, ...parameters.keys()],
    ...tensors.flatMap(({ name, datatype, parameters: own }) => [name, datatype, ...own.keys()]),
  ];
}

/** @returns undefined for a request that both servers have to answer alike */
function intendedFor(message: Buffer): Kind | undefined {
  try {
    const request = readRequest(message);
    return (Object.keys(kinds) as Kind[]).find((kind) => kinds[kind](request));
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

describe('requests that are changed by chance', () => {
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

  const answerOf = (address: string, message: Buffer) =>
    replay(address, {
      name: '',
      method: 'ModelInfer',
      wire_hex: message.toString('hex'),
      expect: { code: 0, text: '', trailing: {} },
    });

  it('are answered by our server as by the real one', async () => {
    const mutator = new Mutator(seededRandom(`changed requests ${seed}`), samples);
    const left = new Map<Kind, number>();
    const differences: unknown[] = [];
    let sent = 0;
    const work = async () => {
      while (sent < count) {
        sent += 1;
        const message = mutator.next();
        const kind = intendedFor(message);
        if (kind !== undefined) {
          left.set(kind, (left.get(kind) ?? 0) + 1);
          continue;
        }
        const [mine, real] = await Promise.all([
          answerOf(ours.address, message),
          answerOf(theirs.address, message),
        ]);
        if (!isSameAnswer(mine, real, false)) {
          differences.push({ message: message.toString('hex').slice(0, 400), mine, real });
        }
      }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
    const leftOut = [...left].map(([kind, times]) => `${times} x ${kind}`).join(', ');
    console.log(`compared with a real Triton: ${sent} changed requests, seed ${seed}, but for ${leftOut}`);
    expect(differences.slice(0, 10)).toEqual([]);
  });

  it.each(Object.keys(kinds))('has a reason for every %s', (kind) => {
    expect(intendedDifferences.compared[kind]).toMatch(/\w+ \w+/);
  });
});
