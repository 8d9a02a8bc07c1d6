import { existsSync, readFileSync } from 'node:fs';
import { healthService, inferenceService } from '@face/kserve';
import { Client, type ServiceError, credentials, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../scripts/measure/seeded-random.js';
import { startConformanceServer } from '../support/conformance-server.js';
import { Mutator } from '../support/fuzz/mutator.js';
import { type Verdict, judge } from '../support/fuzz/oracle.js';
import { faceModels, faceSamples, knownModels, samples } from '../support/fuzz/samples.js';

const seed = process.env['FACE_TEST_FUZZ_SEED'] ?? '1';
const count = Number(process.env['FACE_TEST_FUZZ_COUNT'] ?? 100_000);
const concurrency = 48;
/** One request in so many goes to the models of the default pack. */
const faceShare = 500;
/** Megabytes by which a server may grow between a fifth and the end. */
const growthMegabytes = 64;

const { path, responseDeserialize } = inferenceService.modelInfer;
const same = (bytes: Buffer) => bytes;
const models = { ...knownModels, ...faceModels };

/** Codes with which a request may be refused; all else would be a fault of the server. */
const refusals: readonly status[] = [status.INVALID_ARGUMENT, status.NOT_FOUND, status.INTERNAL];

/** The methods with one request and one answer; their requests are alike enough for the samples to serve for all. */
const otherMethods = [...Object.values(inferenceService), healthService.check]
  .filter((method) => !method.requestStream && method.path !== path)
  .map((method) => method.path);

const otherSamples = [
  inferenceService.modelReady.requestSerialize({ name: 'echo', version: '1' }),
  inferenceService.systemSharedMemoryRegister.requestSerialize({
    name: 'r',
    key: '/nothing',
    offset: 0n,
    byteSize: 8n,
  }),
  inferenceService.traceSetting.requestSerialize({
    settings: { trace_rate: { value: ['5'] } },
    modelName: 'echo',
  }),
  inferenceService.logSettings.requestSerialize({
    settings: { log_info: { parameterChoice: { $case: 'boolParam', value: true } } },
  }),
];

describe('a hundred thousand requests, changed by chance', () => {
  let server: Awaited<ReturnType<typeof startConformanceServer>>;
  let client: Client;

  beforeAll(async () => {
    server = await startConformanceServer();
    client = new Client(server.address, credentials.createInsecure());
  });

  afterAll(async () => {
    client.close();
    await server.stop();
  });

  function ask(message: Buffer, method = path): Promise<Buffer | ServiceError> {
    return new Promise((resolve) => {
      const options = { deadline: Date.now() + 60_000 };
      client.makeUnaryRequest(method, same, same, message, options, (error, answer) => {
        resolve(error ?? answer ?? Buffer.alloc(0));
      });
    });
  }

  /** @returns what is wrong with an answer, undefined for nothing */
  function complaint(verdict: Verdict, answer: Buffer | ServiceError): string | undefined {
    if (!Buffer.isBuffer(answer)) {
      const { code, details } = answer;
      if (verdict.answer === 'answered') return `a valid request is refused: ${code} ${details}`;
      if (!refusals.includes(code)) return `refused with ${code} ${details}`;
      // What the server says of a fault of its own.
      if (details === '' || details.startsWith('the server failed')) return `failed: ${code} ${details}`;
      return undefined;
    }
    if (verdict.answer === 'refused') return 'a wrong request is answered';
    const { id, outputs, rawOutputContents } = responseDeserialize(answer);
    if (id !== verdict.id) return `the id ${id} is not ${verdict.id}`;
    for (const [name, { shape, bytes }] of verdict.outputs) {
      const index = outputs.findIndex((output) => output.name === name);
      if (String(outputs[index]?.shape) !== String(shape)) return `${name} has another shape`;
      if (!bytes.equals(rawOutputContents[index] ?? Buffer.alloc(0))) return `${name} has other bytes`;
    }
    return undefined;
  }

  it('are answered when they are right and refused when they are wrong, without a crash or a leak', async () => {
    const random = seededRandom(`protocol fuzz ${seed}`);
    const mutator = new Mutator(random, samples);
    const faceMutator = new Mutator(random, faceSamples);
    const complaints: string[] = [];
    const counts = { answered: 0, refused: 0, unparsable: 0 };
    let sent = 0;
    const memory: number[] = [];
    const work = async () => {
      while (sent < count) {
        if (sent % Math.ceil(count / 5) === 0) memory.push(residentMegabytes(server.pid));
        const message = (sent % faceShare === 0 ? faceMutator : mutator).next();
        sent += 1;
        const verdict = verdictOn(message);
        const answer = await ask(message);
        counts[kindOf(answer)] += 1;
        const wrong = complaint(verdict, answer);
        if (wrong !== undefined) complaints.push(`${wrong}: ${message.toString('hex').slice(0, 600)}`);
      }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
    memory.push(residentMegabytes(server.pid));
    console.log(
      `fuzz: ${sent} requests, seed ${seed}: ${counts.answered} answered, ${counts.refused} refused, ${counts.unparsable} not parsed; resident memory ${memory.join(' ')} MB`,
    );
    expect(complaints.slice(0, 20)).toEqual([]);
    expect(counts.answered).toBeGreaterThan(count / 50);
    const [, early = 0] = memory;
    expect((memory.at(-1) ?? Infinity) - early).toBeLessThan(growthMegabytes);
    for (const sample of [...samples, ...faceSamples]) expect(Buffer.isBuffer(await ask(sample))).toBe(true);
  });

  it.each(otherMethods)('%s answers or refuses whatever comes', async (method) => {
    const mutator = new Mutator(seededRandom(`${method} ${seed}`), otherSamples);
    const messages = Array.from({ length: 500 }, () => mutator.next());
    const answers = await Promise.all(messages.map((message) => ask(message, method)));
    const faults = answers.filter(
      (answer) =>
        !Buffer.isBuffer(answer) && (answer.details === '' || answer.details.includes('failed to process')),
    );
    expect(faults).toEqual([]);
  });

  /** What a face model makes of numbers that no picture has is its own affair. */
  function verdictOn(message: Buffer): Verdict {
    const verdict = judge(message, models);
    const computes = verdict.answer === 'answered' && verdict.outputs.size === 0;
    return computes ? { ...verdict, answer: 'either' } : verdict;
  }

  function kindOf(answer: Buffer | ServiceError): 'answered' | 'refused' | 'unparsable' {
    if (Buffer.isBuffer(answer)) return 'answered';
    return answer.code === status.INTERNAL ? 'unparsable' : 'refused';
  }
});

/** 0 where the system does not tell. */
function residentMegabytes(pid: number): number {
  const path = `/proc/${pid}/status`;
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(text)?.[1] ?? 0) / 1024);
}
