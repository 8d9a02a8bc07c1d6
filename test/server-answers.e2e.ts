import { type ModelInferRequest, type ModelInferResponse, type Tensor, inferenceService } from '@face/kserve';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  RawBytes,
  ScriptedServer,
  type Script,
  Status,
  floats,
} from '../libs/triton/test/scripted-server.js';
import { type EmbeddingsAnswer, type ErrorAnswer, postJson, request } from './support/client.js';
import { samplePhoto } from './support/photos.js';
import { type Api, startApi } from './support/programs.js';
import { counts, embeddings, inferFaces, oneFace } from './support/scripted-models.js';

interface Health {
  readonly status: string;
  readonly triton_ready: boolean;
  readonly reasons: readonly string[];
}

const photo = { images: [{ data: samplePhoto('sample1.jpg').toString('base64') }] };

const right: Script['infer'] = (sent) => inferFaces(sent);

let server: ScriptedServer;
let api: Api;

beforeAll(async () => {
  server = await ScriptedServer.start({ infer: right });
  api = await startApi({
    FACE_V3_TRITON_URL: server.address,
    FACE_V3_TRITON_MAX_CONCURRENT_CALLS: '2',
    FACE_V3_TRITON_MAX_WAITING_CALLS: '2',
    FACE_V3_REQUEST_TIMEOUT_SECONDS: '3',
  });
});

afterAll(async () => {
  await api.stop();
  server.stop();
});

beforeEach(() => {
  server.script.infer = right;
});

const embed = () => postJson<ErrorAnswer & EmbeddingsAnswer>(`${api.ready.url}/api/v1/embeddings`, photo);
const health = async () => (await request<Health>(`${api.ready.url}/healthz`)).body;

it('makes a face of right answers', async () => {
  const { status: code, body } = await embed();
  expect(code).toBe(200);
  expect(body.results[0]?.faces[0]).toMatchObject({
    bbox: [10, 10, 100, 110],
    landmarks: [[38, 51], {}, {}, {}, {}],
  });
});

describe('an answer that is nonsense is 502, and says which tensor of which model is wrong', () => {
  const box = oneFace.output_0;
  const points = oneFace.output_1;
  const boxWith = (at: number, value: number) =>
    floats('output_0', [1, 5], [10, 10, 100, 110, 0.9].with(at, value));

  const ofDetection: Record<string, Record<string, Tensor | undefined>> = {
    'is missing': { output_0: undefined },
    'has another name': { output_0: { ...box, name: 'boxes' } },
    'has another datatype': { output_0: { ...box, datatype: 'INT32' } },
    'has a datatype of no protocol': { output_0: { ...box, datatype: '/opt/models' as 'FP32' } },
    'has another rank': { output_0: { ...box, shape: [5] } },
    'has too many columns': { output_0: floats('output_0', [1, 6], [1, 2, 3, 4, 5, 6]) },
    'has fewer bytes than its shape': { output_0: { ...box, data: box.data.subarray(0, 16) } },
    'has more bytes than its shape': { output_0: { ...box, shape: [0, 5] } },
    'has a negative size': { output_0: { ...box, shape: [-1, 5] } },
    'has a size beyond all memory': { output_0: { ...box, shape: [2 ** 62, 5] } },
    'has a coordinate that is NaN': { output_0: boxWith(0, NaN) },
    'has a coordinate without end': { output_0: boxWith(2, -Infinity) },
    'has a score that is NaN': { output_0: boxWith(4, NaN) },
  };

  it.each(Object.entries(ofDetection))('boxes: the tensor %s', async (_, change) => {
    server.script.infer = (sent) => inferFaces(sent, change);
    await expectFailure(/^The model 'detection' .*'output_0'/);
  });

  it.each([
    [
      'landmarks that are NaN',
      { output_1: floats('output_1', [1, 10], Array<number>(10).fill(NaN)) },
      'output_1',
    ],
    ['landmarks of another face', { output_1: { ...points, shape: [2, 5] } }, 'output_1'],
    ['a negative count', { output_2: counts(-1) }, 'output_2'],
    ['counts of another number of pictures', { output_2: counts(1, 0) }, 'output_2'],
    [
      'more counted than given',
      { output_2: counts(2) },
      'counted 2 faces, but gave 1 boxes and 1 sets of landmarks',
    ],
    ['fewer counted than given', { output_2: counts(0) }, 'counted 0 faces, but gave 1 boxes'],
    [
      'a count beyond all memory',
      { output_2: counts(2 ** 31 - 1) },
      'counted 2147483647 faces, but gave 1 boxes',
    ],
    ['boxes without landmarks', { output_1: floats('output_1', [0, 10], []) }, 'and 0 sets of landmarks'],
    ['landmarks without boxes', { output_0: floats('output_0', [0, 5], []) }, 'but gave 0 boxes'],
    ['nothing at all', { output_0: undefined, output_1: undefined, output_2: undefined }, 'output_0'],
  ])('detection: %s', async (_, change: Record<string, Tensor | undefined>, words) => {
    server.script.infer = (sent) => inferFaces(sent, change);
    await expectFailure(new RegExp(`^The model 'detection' .*${words}`));
  });

  it.each([
    ['no tensor', [], /did not give the tensor 'output_0'/],
    [
      'fewer embeddings than faces',
      [embeddings(0)],
      /'output_0' with the shape \[0,512\] instead of \[1,512\]/,
    ],
    ['more embeddings than faces', [embeddings(2)], /shape \[2,512\]/],
    ['another dimension', [floats('output_0', [1, 4], [1, 2, 3, 4])], /shape \[1,4\]/],
    ['numbers that are NaN', [embeddings(1, NaN)], /not finite in the tensor 'output_0'/],
    ['numbers without end', [embeddings(1, Infinity)], /not finite in the tensor 'output_0'/],
    ['zeros', [embeddings(1, 0)], /embedding of zeros/],
  ])('extraction: %s', async (_, embedding, message) => {
    server.script.infer = (sent) => inferFaces(sent, {}, embedding);
    await expectFailure(new RegExp(`^The model 'extraction' .*${message.source}`));
  });

  it.each([
    ['has no raw bytes', (right: ModelInferResponse) => ({ ...right, rawOutputContents: [] })],
    ['is empty', () => new RawBytes(Buffer.alloc(0))],
  ])('a message that %s', async (_, change) => {
    server.script.infer = (sent) => change(inferFaces(sent));
    await expectFailure(/^The model 'detection' .*'output_0'/);
  });

  it.each([
    ['cut off', (sent: ModelInferRequest) => wire(inferFaces(sent)).subarray(0, -3)],
    ['of random bytes', () => Buffer.from('f7e1d5c3b9a7958371605f4e3d2c1b0a', 'hex')],
    ['of one endless number', () => Buffer.alloc(64, 0xff)],
  ])('a message that is %s', async (_, bytes) => {
    server.script.infer = (sent) => new RawBytes(bytes(sent));
    await expectFailure(/'detection'/);
  });

  it.each([
    ['all in one point', Array<number>(10).fill(50)],
    ['very far away', [3e38, -3e38, -3e38, 3e38, 1e38, 1e38, 0, 0, 3e38, 3e38]],
  ])('landmarks that are %s crash nothing', async (_, values) => {
    server.script.infer = (sent) => inferFaces(sent, { output_1: floats('output_1', [1, 10], values) });
    expect([200, 502]).toContain((await embed()).status);
  });

  async function expectFailure(message: RegExp): Promise<void> {
    const { status: code, body } = await embed();
    expect([code, body.code]).toEqual([502, 'triton_failed']);
    expect(body.detail).toMatch(message);
    expect(JSON.stringify(body)).not.toMatch(/\/opt|\/models|stack|\.py/);
    server.script.infer = right;
    expect((await embed()).status).toBe(200);
  }
});

describe('what a server says of its insides', () => {
  it('reaches no caller, neither in an answer nor by health', async () => {
    const details =
      "Failed to process the request(s) for model 'detect_net_0_0', message: ValueError: secret\n\nAt:\n  /models/detect_net/1/model.py(16): execute\n";
    server.script.infer = () => new Status(status.INTERNAL, details);
    const { status: code, body } = await embed();
    expect([code, body.detail]).toEqual([502, "There was an internal error in the model 'detection'."]);
    const told = JSON.stringify([
      body,
      await health(),
      (await request(`${api.ready.url}/healthz/ready`)).body,
    ]);
    expect(told).toContain("There was an internal error in the model 'detection'.");
    expect(told).not.toMatch(/model\.py|\/models|ValueError|execute/);
    server.script.infer = right;
    expect((await embed()).status).toBe(200);
    expect(await health()).toMatchObject({ status: 'ok', triton_ready: true, reasons: [] });
  });

  it.each([
    [
      status.NOT_FOUND,
      "Request for unknown model: 'detection' is not found",
      502,
      'triton_misconfigured',
      'does not know',
    ],
    [
      status.NOT_FOUND,
      "Request for unknown model: 'detection' has no available versions",
      503,
      'not_ready',
      'has not loaded',
    ],
    [
      status.UNAVAILABLE,
      "Request for unknown model: 'detection' is not at ready state",
      503,
      'not_ready',
      'has not loaded',
    ],
    [status.UNAVAILABLE, 'Server not ready', 503, 'not_ready', 'is not ready'],
    [
      status.UNAVAILABLE,
      "in ensemble 'detection', [request id: x] Exceeds maximum queue size",
      429,
      'overloaded',
      'too many requests',
    ],
    [status.RESOURCE_EXHAUSTED, 'Bandwidth exhausted', 429, 'overloaded', 'too many requests'],
    [status.UNAVAILABLE, 'Request timeout expired', 504, 'deadline_exceeded', 'too long in the queue'],
  ])('%i %s becomes %i %s', async (code, details, expected, name, words) => {
    server.script.infer = () => new Status(code, details);
    const answer = await embed();
    expect([answer.status, answer.body.code]).toEqual([expected, name]);
    expect(answer.body.detail).toContain(words);
    expect(answer.headers.has('retry-after')).toBe(expected === 503 || expected === 429);
  });
});

describe('with two calls at a time and two more that may wait', () => {
  /** Holds the calls until the test lets them go. */
  function hold() {
    const gate = Promise.withResolvers<void>();
    const seen = { running: 0, most: 0, all: 0 };
    const infer: Script['infer'] = async (sent) => {
      seen.all += 1;
      seen.most = Math.max(seen.most, ++seen.running);
      await gate.promise;
      seen.running -= 1;
      return inferFaces(sent);
    };
    server.script.infer = infer;
    return { seen, open: gate.resolve };
  }

  it('answers one more at once with 429, and the others as their turn comes', async () => {
    const { seen, open } = hold();
    const answers = Array.from({ length: 6 }, embed);
    const refused = await Promise.race(answers);
    expect([refused.status, refused.body.code]).toEqual([429, 'overloaded']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    // A refusal may be back before what was let through has reached the server.
    await expect.poll(() => seen.running).toBe(2);
    open();
    const statuses = (await Promise.all(answers)).map((answer) => answer.status).sort();
    expect(statuses).toEqual([200, 200, 200, 200, 429, 429]);
    expect(seen.most).toBe(2);
  });

  it('ends those who wait at the deadline of their request, and sends nothing for them', async () => {
    const { seen, open } = hold();
    const start = performance.now();
    const answers = await Promise.all(Array.from({ length: 4 }, embed));
    expect(answers.map((answer) => answer.status)).toEqual([504, 504, 504, 504]);
    const milliseconds = performance.now() - start;
    console.log(`slow, deadline 3 s: 504 after ${milliseconds.toFixed(0)} ms`);
    expect(milliseconds).toBeLessThan(5000);
    expect(seen.all).toBe(2);
    open();
  });
});

const wire = (message: ModelInferResponse): Buffer => inferenceService.modelInfer.responseSerialize(message);
