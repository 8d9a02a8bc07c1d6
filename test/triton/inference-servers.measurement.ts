/**
 * `npm run bench:triton`: our model server and real Tritons in turns, asked for the same photos by the API's own client,
 * the way the API asks: pictures through shared memory.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Landmarks, openImage } from '@face/image';
import { readFloats, TritonClient, TritonModule } from '@face/triton';
import { Test } from '@nestjs/testing';
import { expect, it } from 'vitest';
import { ProcessTree } from '../../scripts/bench/process-tree.js';
import { table } from '../../scripts/measure/markdown.js';
import { selectPhotos } from '../support/photo-selection.js';
import { startModelServer } from '../support/programs.js';
import { sharedFolder } from '../support/shared-data.js';
import { writeTritonRepository } from '../support/triton-repository.js';
import { TritonServer } from '../support/triton-server.js';

const rounds = Number(process.env['FACE_BENCH_ROUNDS'] ?? 5);
const seconds = Number(process.env['FACE_BENCH_SECONDS'] ?? 5);
const concurrencies = [1, 4, 8];
const cores = availableParallelism();

interface Contender {
  readonly name: string;
  readonly readySeconds: number;
  readonly tree: ProcessTree;
  readonly client: TritonClient;
  stop(): Promise<unknown>;
}

interface Turn {
  readonly imagesPerSecond: number;
  readonly cpuMilliseconds: number;
  readonly medianMilliseconds: number;
}

/** A photo as the API sends it: letterboxed, and its faces aligned. */
interface Photo {
  readonly letterbox: Uint8Array;
  readonly scale: number;
  readonly centre: readonly [number, number];
  readonly faces: readonly Uint8Array[];
}

const context = () => ({ signal: new AbortController().signal, deadline: Date.now() + 60_000 });
const bytes = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);

async function detect(client: TritonClient, { letterbox, scale, centre }: Omit<Photo, 'faces'>) {
  const outputs = {
    boxes: { name: 'output_0', datatype: 'FP32', shape: [null, 5] },
    landmarks: { name: 'output_1', datatype: 'FP32', shape: [null, 10] },
    counts: { name: 'output_2', datatype: 'INT32', shape: [1, 1] },
  } as const;
  const inputs = [
    { name: 'input_0', datatype: 'UINT8', shape: [1, 640, 640, 3], data: letterbox },
    { name: 'input_1', datatype: 'FP32', shape: [1, 2], data: bytes(scale, scale) },
    { name: 'input_2', datatype: 'FP32', shape: [1, 2], data: bytes(...centre) },
  ] as const;
  return client.infer('detection', inputs, outputs, context());
}

async function embed(client: TritonClient, faces: readonly Uint8Array[]): Promise<void> {
  const inputs = [
    { name: 'input_0', datatype: 'UINT8', shape: [faces.length, 112, 112, 3], data: faces },
  ] as const;
  const outputs = { embedding: { name: 'output_0', datatype: 'FP32', shape: [faces.length, 512] } } as const;
  await client.infer('extraction', inputs, outputs, context());
}

/** @param server that finds the faces; the alignment is the API's own */
async function preparePhoto(file: Buffer, server: TritonClient): Promise<Photo> {
  const image = await openImage(file, { maxPixels: 50_000_000, timeoutSeconds: 60 });
  const { data, scale } = await image.letterbox({ width: 640, height: 640 });
  const photo = { letterbox: data, scale, centre: [image.height / 2, image.width / 2] as const };
  const { landmarks } = await detect(server, photo);
  const values = readFloats('detection', landmarks);
  const faces = Array.from({ length: Math.min(8, values.length / 10) }, (_face, face) =>
    Array.from({ length: 5 }, (_point, point) => [
      values[10 * face + 2 * point] ?? NaN,
      values[10 * face + 2 * point + 1] ?? NaN,
    ]),
  );
  return { ...photo, faces: await image.alignFaces(faces as unknown as Landmarks[]) };
}

/** Everything that the API asks for one photo: its faces, then their embeddings. */
async function work(client: TritonClient, photo: Photo): Promise<void> {
  await detect(client, photo);
  if (photo.faces.length > 0) await embed(client, photo.faces);
}

async function turn({ client, tree }: Contender, photos: readonly Photo[], callers: number): Promise<Turn> {
  const times: number[] = [];
  const cpu = tree.cpuMilliseconds();
  const start = performance.now();
  const end = start + 1000 * seconds;
  let next = 0;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() < end) {
        const photo = photos[next++ % photos.length];
        if (photo === undefined) throw new Error('there are no photos');
        const before = performance.now();
        await work(client, photo);
        times.push(performance.now() - before);
      }
    }),
  );
  const elapsed = performance.now() - start;
  return {
    imagesPerSecond: (1000 * times.length) / elapsed,
    cpuMilliseconds: (tree.cpuMilliseconds() - cpu) / times.length,
    medianMilliseconds: median(times),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

async function connect(url: string): Promise<{ client: TritonClient; close: () => Promise<void> }> {
  const options = {
    url,
    detectionModel: 'detection',
    extractionModel: 'extraction',
    maxBatchSize: 8,
    detectionInput: { width: 640, height: 640 },
    sharedMemory: 'auto',
  } as const;
  const module = await Test.createTestingModule({ imports: [TritonModule.forRoot(options)] }).compile();
  const app = await module.init();
  return { client: app.get(TritonClient), close: () => app.close() };
}

async function contender(
  name: string,
  start: () => Promise<{ readonly url: string; readonly pid: number; stop(): Promise<unknown> }>,
): Promise<Contender> {
  const begin = performance.now();
  const server = await start();
  const readySeconds = (performance.now() - begin) / 1000;
  const { client, close } = await connect(server.url);
  const stop = async () => {
    await close();
    await server.stop();
  };
  return { name, readySeconds, tree: new ProcessTree([server.pid]), client, stop };
}

async function startContenders(folder: string): Promise<Contender[]> {
  const triton = async (form: string) => {
    const repository = join(folder, form);
    await writeTritonRepository('onnx-cpu', repository, ['--form', form]);
    return contender(`Triton, ${form}`, () => TritonServer.start(repository));
  };
  const socket = join(folder, 's.sock');
  const ours = await contender('model server', async () => {
    const server = await startModelServer({ FACE_V3_MODEL_SERVER_SOCKET: socket });
    return { url: `unix:${socket}`, pid: server.pid, stop: () => server.stop() };
  });
  return [ours, await triton('single'), await triton('ensemble')];
}

it('measures inference servers in turns', { timeout: 3_600_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'face-bench-'));
  const contenders = await startContenders(folder);
  try {
    const [first] = contenders;
    if (first === undefined) throw new Error('there is no contender');
    const photos: Photo[] = [];
    for (const file of await selectPhotos(sharedFolder('data'))) {
      photos.push(await preparePhoto(file, first.client));
    }
    const turns = new Map<string, Turn[]>();
    for (let round = 0; round < rounds; round++) {
      for (const callers of concurrencies) {
        // Whoever comes first in one round comes last in the next.
        for (const each of round % 2 === 0 ? contenders : contenders.toReversed()) {
          const key = `${callers} ${each.name}`;
          turns.set(key, [...(turns.get(key) ?? []), await turn(each, photos, callers)]);
        }
      }
    }
    report(contenders, turns, photos);
    expect(turns.size).toBe(concurrencies.length * contenders.length);
  } finally {
    for (const each of contenders) await each.stop();
    await rm(folder, { recursive: true, force: true });
  }
});

function report(
  contenders: readonly Contender[],
  turns: ReadonlyMap<string, readonly Turn[]>,
  photos: readonly Photo[],
): void {
  const faces = photos.reduce((sum, photo) => sum + photo.faces.length, 0);
  const rows = concurrencies.flatMap((callers) =>
    contenders.map(({ name }) => {
      const own = turns.get(`${callers} ${name}`) ?? [];
      const ours = turns.get(`${callers} ${contenders[0]?.name}`) ?? [];
      const middle = (of: (turn: Turn) => number) => median(own.map(of));
      // Turns of one round lie close in time, so their ratio says more than that of the medians.
      const ratio = (of: (turn: Turn) => number) =>
        median(own.map((each, round) => of(ours[round] ?? each) / of(each))).toFixed(2);
      return [
        String(callers),
        name,
        middle((each) => each.imagesPerSecond).toFixed(1),
        middle((each) => each.medianMilliseconds).toFixed(1),
        middle((each) => each.cpuMilliseconds).toFixed(2),
        ratio((each) => each.imagesPerSecond),
        ratio((each) => each.cpuMilliseconds),
      ];
    }),
  );
  const header = [
    'callers',
    'server',
    'images/s',
    'p50 ms',
    'CPU ms an image',
    'images/s, ours / this',
    'CPU, ours / this',
  ];
  const others = contenders.map(({ name, readySeconds, tree }) => [
    name,
    readySeconds.toFixed(1),
    tree.residentMegabytes().toFixed(0),
  ]);
  console.log(
    [
      `${photos.length} photos with ${faces} faces, ${cores} cores, ${rounds} rounds of ${seconds} s; CPU of the server alone`,
      table(header, rows),
      table(['server', 'ready after s', 'resident MB'], others),
    ].join('\n\n'),
  );
}
