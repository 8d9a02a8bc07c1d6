import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type EmbeddingsAnswer,
  type ErrorAnswer,
  type RerankAnswer,
  postJson,
  request,
} from './support/client.js';
import { samplePhoto } from './support/photos.js';
import { type Api, type ModelServer, startApi, startModelServer } from './support/product.js';
import type { ScoreJob, ScoreResult } from './support/score-side-by-side.js';

const root = new URL('../', import.meta.url).pathname;
const extension = process.platform === 'darwin' ? 'dylib' : 'so';
const built = (name: string) => join(root, 'native-libs/build', `${name}.${extension}`);
const rerankLibrary = built('librerank_compute');

describe('the rerank library in many threads and processes at a time', () => {
  const program = new URL('./support/score-side-by-side.ts', import.meta.url);
  const job: ScoreJob = {
    module: join(root, 'dist/api/libs/native/src/index.js'),
    library: rerankLibrary,
    rounds: 20,
  };

  async function inThread(): Promise<ScoreResult> {
    const worker = new Worker(program, { workerData: job });
    const exited = once(worker, 'exit');
    const [result] = (await once(worker, 'message')) as [ScoreResult];
    await exited;
    return result;
  }

  async function inProcess(): Promise<ScoreResult> {
    const child = fork(program, { execArgv: [] });
    // Listened for at once: the end of a process may be told before its last message.
    const exited = once(child, 'exit');
    child.send(job);
    const [result] = (await once(child, 'message')) as [ScoreResult];
    await exited;
    expect([child.exitCode, child.signalCode]).toEqual([0, null]);
    return result;
  }

  it('gives every one of them the same scores', async () => {
    const results = await Promise.all([inThread(), inThread(), inThread(), inProcess(), inProcess()]);
    const again = await inThread();
    for (const { scores, differences } of [...results, again]) {
      expect(differences).toBe(0);
      expect(scores).toEqual(again.scores);
    }
    expect(again.scores.length).toBe(610);
    expect(again.scores.every((score) => score >= 0 && score <= 1)).toBe(true);
  });
});

/** Numbers of e_machine in an ELF header. */
const machines: Partial<Record<NodeJS.Architecture, number>> = { x64: 62, arm64: 183 };

interface Health {
  readonly status: string;
  readonly triton_ready: boolean;
  readonly rerank_ready: boolean;
  readonly reasons: readonly string[];
}

describe('a native library that cannot be used', () => {
  let folder: string;
  let modelServer: ModelServer;
  let api: Api | undefined;
  let socket: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'face-libraries-'));
    socket = join(folder, 's.sock');
    modelServer = await startModelServer({ FACE_V3_MODEL_SERVER_SOCKET: socket });
  });

  afterAll(async () => {
    await api?.stop();
    await modelServer.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function startWith(settings: NodeJS.ProcessEnv): Promise<Api> {
    await api?.stop();
    api = await startApi({ FACE_V3_TRITON_URL: `unix:${socket}`, ...settings });
    return api;
  }

  const url = (path: string) => `${api?.ready.url}${path}`;
  const vector = Array.from({ length: 512 }, (_, index) => Math.sin(index));
  const rerank = <Body>() =>
    postJson<Body>(url('/api/v1/rerank'), {
      query_embedding: vector,
      candidates: [{ id: 'a', embedding: vector }],
    });
  const merge = <Body>() => postJson<Body>(url('/api/v1/merge'), { embeddings: [vector, vector] });
  const embed = () =>
    postJson<EmbeddingsAnswer>(url('/api/v1/embeddings'), {
      images: [{ data: samplePhoto('sample1.jpg').toString('base64') }],
    });

  /** This machine's library, said to be for another one. */
  async function ofAnotherMachine(): Promise<string> {
    const bytes = await readFile(rerankLibrary);
    const other = Object.values(machines).find((machine) => machine !== machines[process.arch]);
    bytes.writeUInt16LE(other ?? 0, 18);
    const path = join(folder, 'other_machine.so');
    await writeFile(path, bytes);
    return path;
  }

  async function noLibrary(): Promise<string> {
    const path = join(folder, 'text.so');
    await writeFile(path, 'not a library');
    return path;
  }

  it.each([
    ['missing', () => join(folder, 'nowhere.so'), 'The native library nowhere.so is not there.'],
    [
      'for another machine',
      ofAnotherMachine,
      'The native library other_machine.so is no shared library that this machine can load.',
    ],
    [
      'no library at all',
      noLibrary,
      'The native library text.so is no shared library that this machine can load.',
    ],
    [
      'of another version',
      () => built('test/libfuture_libraries'),
      `The native library libfuture_libraries.${extension} has version 1000 of its interface where version 1 is needed.`,
    ],
  ])('for rerank, because it is %s, leaves everything else at work', async (_name, path, reason) => {
    const library = await path();
    const { printed } = await startWith({ FACE_V3_RERANK_LIBRARY_PATH: library });
    // The log is for the operator: it has the whole path, once.
    expect(printed.split(library).length - 1).toBe(1);
    expect(printed).toMatch(/ERROR/);

    const { body: health } = await request<Health>(url('/healthz'));
    expect(health).toMatchObject({
      status: 'degraded',
      triton_ready: true,
      rerank_ready: false,
      reasons: [reason],
    });
    expect((await request(url('/healthz/ready'))).status).toBe(503);
    expect((await request(url('/healthz/live'))).status).toBe(200);

    const refused = await rerank<ErrorAnswer>();
    expect([refused.status, refused.body.code, refused.body.detail]).toEqual([503, 'not_ready', reason]);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(refused.body.detail).not.toContain(folder);

    expect((await merge()).status).toBe(200);
    const embedded = await embed();
    expect([embedded.status, embedded.body.results[0]?.num_faces]).toEqual([200, 3]);
  });

  it('for merging leaves rerank at work', async () => {
    await startWith({ FACE_V3_MERGE_LIBRARY_PATH: join(folder, 'nowhere.so') });
    const refused = await merge<ErrorAnswer>();
    expect([refused.status, refused.body.code]).toEqual([503, 'not_ready']);
    expect((await rerank<RerankAnswer>()).body.scores[0]?.score).toBe(1);
    expect((await embed()).status).toBe(200);
  });

  it('is used as soon as it is put in place', async () => {
    const path = join(folder, 'later.so');
    await startWith({ FACE_V3_RERANK_LIBRARY_PATH: path });
    expect((await rerank()).status).toBe(503);
    expect(existsSync(path)).toBe(false);
    await writeFile(path, await readFile(rerankLibrary));
    expect((await rerank()).status).toBe(200);
    expect((await request<Health>(url('/healthz'))).body.status).toBe('ok');
  });

  it('does not matter to processes that share the port: each opens its own', async () => {
    await startWith({ FACE_V3_WORKERS: '2' });
    const answers = await Promise.all(Array.from({ length: 40 }, () => rerank<RerankAnswer>()));
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body.scores])))).toEqual(
      new Set([JSON.stringify([200, answers[0]?.body.scores])]),
    );
  });
});
