import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { builtLibrary } from './built-library.fixture.js';
import type { FullRerank, RerankCall } from './full-rerank.js';
import { RerankLibrary } from './rerank-library.js';

const library = RerankLibrary.open(builtLibrary('rerank_compute'));
const full = library.full as FullRerank;

const dimension = 4;
const call: RerankCall = {
  query: Float32Array.of(1, 0, 0, 0),
  candidates: Float32Array.of(2, 0, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0),
  dimension,
  threshold: 0.5,
  alpha: 30,
  tau: 0.42,
  galleryReference: 1000,
  gallerySize: null,
  voting: true,
  mode: 'max',
  subjects: null,
};

/** Many candidates around one direction: long enough for another thread. */
function manyCandidates(count: number, length: number): Float32Array {
  return Float32Array.from({ length: count * length }, (_, index) => 1 + 0.5 * Math.sin(index * 1.7));
}

describe('FullRerank', () => {
  it('scores, with cosines', async () => {
    const { scores, cosines } = await full.score(call);
    expect(scores[0]).toBe(1);
    expect([...cosines]).toEqual([1, 0, expect.closeTo(Math.SQRT1_2, 7)]);
  });

  it('reads float64 and float32 each as what they are', async () => {
    const doubles = { query: Float64Array.from(call.query), candidates: Float64Array.from(call.candidates) };
    expect(await full.score({ ...call, ...doubles })).toEqual(await full.score(call));
  });

  it('passes every option on', async () => {
    const scoreOf = async (change: Partial<RerankCall>) => (await full.score({ ...call, ...change })).scores;
    const plain = await scoreOf({ voting: false });
    expect(plain[2]).toBeCloseTo(1 / (1 + Math.exp(-30 * (Math.SQRT1_2 - 0.42))), 12);
    expect(await scoreOf({ mode: 'cosine' })).toEqual(plain);
    expect(await scoreOf({ mode: 'replace' })).not.toEqual(await scoreOf({}));
    const shifted = await scoreOf({ voting: false, gallerySize: 1_000_000, alpha: 25, tau: 0.5 });
    expect(shifted[2]).toBeCloseTo(1 / (1 + Math.exp(-25 * (Math.SQRT1_2 - 0.5) + Math.log(1000))), 12);
    expect(await scoreOf({ gallerySize: 500, galleryReference: 500 })).toEqual(await scoreOf({}));
    expect(await scoreOf({ threshold: 0.95, alpha: 10 })).not.toEqual(await scoreOf({ alpha: 10 }));
    expect(await scoreOf({ subjects: Int32Array.of(0, 1, 2) })).toEqual(plain);
  });

  it.each([
    ['a query that is too long', { query: new Float32Array(8).fill(1) }],
    ['mixed element types', { query: new Float64Array(4).fill(1) }],
    ['another kind of array', { candidates: new Uint8Array(8) as unknown as Float32Array }],
    ['too few subjects', { subjects: Int32Array.of(1) }],
  ])('refuses %s as a mistake of the program', async (_name, change) => {
    await expect(full.score({ ...call, ...change })).rejects.not.toMatchObject({ name: 'FaceError' });
  });

  it.each([
    ['half a candidate', { candidates: new Float32Array(6).fill(1) }, 'wrong_dimension'],
    ['no candidate', { candidates: new Float32Array(0) }, 'wrong_dimension'],
    ['an empty query', { query: new Float32Array(0) }, 'wrong_dimension'],
    ['dimension 0', { dimension: 0 }, 'wrong_dimension'],
    ['half a dimension', { dimension: 1.5 }, 'wrong_dimension'],
    ['dimension 5000', { dimension: 5000 }, 'wrong_dimension'],
    ['too many candidates', { candidates: new Float32Array(4 * 100_001) }, 'too_many_candidates'],
    ['a zero query', { query: new Float32Array(4) }, 'zero_embedding'],
    ['a query that is not finite', { query: Float32Array.of(1, Number.NaN, 0, 0) }, 'non_finite_number'],
    ['an impossible option', { alpha: -1 }, 'native_failed'],
  ])('refuses %s', async (_name, change, code) => {
    await expect(full.score({ ...call, ...change })).rejects.toMatchObject({ name: 'FaceError', code });
  });

  it('leaves the event loop free while it works, and keeps its memory until the end', async () => {
    const length = 512;
    let turns = 0;
    const ticking = setInterval(() => (turns += 1), 1);
    const wanted = await full.score({
      ...call,
      query: manyCandidates(1, length),
      candidates: manyCandidates(600, length),
      dimension: length,
    });
    // Nobody else holds these arrays while the calls run.
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, () => {
        const promise = full.score({
          ...call,
          query: manyCandidates(1, length),
          candidates: manyCandidates(600, length),
          dimension: length,
        });
        for (let garbage = 0; garbage < 20; garbage += 1) new Float64Array(100_000).fill(garbage);
        return promise;
      }),
    );
    clearInterval(ticking);
    expect(turns).toBeGreaterThan(0);
    for (const outcome of outcomes) expect(outcome).toEqual(wanted);
  });

  it('scores the same on the event loop and in a thread, whatever its memory was used for before', async () => {
    const length = 256;
    const large = {
      ...call,
      query: manyCandidates(1, length),
      candidates: manyCandidates(400, length),
      dimension: length,
    };
    const here = full.scoreHere(large);
    expect(await full.score(large)).toEqual(here);
    const other = { ...large, candidates: manyCandidates(300, length).map((value) => -value) };
    await full.score(other);
    full.scoreHere(other);
    expect(await full.score(large)).toEqual(here);
    expect(full.scoreHere(large)).toEqual(here);
  });

  it('gives up what waits when its signal fires', async () => {
    const length = 256;
    const large = {
      ...call,
      query: manyCandidates(1, length),
      candidates: manyCandidates(400, length),
      dimension: length,
    };
    const running = Array.from({ length: 4 }, () => full.score(large));
    const abort = new AbortController();
    const waiting = full.score({ ...large, signal: abort.signal });
    abort.abort(new Error('given up'));
    await expect(waiting).rejects.toThrow('given up');
    await Promise.all(running);
    await expect(full.score({ ...large, signal: abort.signal })).resolves.toBeDefined();
  });

  it('loads side by side in a worker thread', async () => {
    const script = `
      const { parentPort, workerData } = require('node:worker_threads');
      const koffi = require('koffi');
      const library = koffi.load(workerData);
      parentPort.postMessage(library.func('rerank_abi_version', 'uint32_t', [])());
    `;
    const versions = Array.from(
      { length: 2 },
      () =>
        new Promise((resolve, reject) => {
          const worker = new Worker(script, { eval: true, workerData: builtLibrary('rerank_compute') });
          worker.once('message', resolve).once('error', reject);
        }),
    );
    expect(await Promise.all(versions)).toEqual([1, 1]);
    expect((await full.score(call)).scores[0]).toBe(1);
  });
});

describe('LegacyRerank', () => {
  const query = new Float64Array(1024).fill(1);

  it.each(['rerank_compute', 'test/legacy_rerank'])('works in %s', async (name) => {
    const { legacy } = RerankLibrary.open(builtLibrary(name));
    const candidates = new Float64Array(2 * 1024).fill(1, 0, 1024).fill(-1, 1024);
    const scores = await legacy.score(query, candidates, 0.5);
    expect(scores[0]).toBeGreaterThan(0.9999);
    expect(scores[1]).toBeLessThan(0.0001);
    expect(legacy.scoreHere(query, candidates, 0.5)).toEqual(scores);
  });

  it('is the full function with its first calibration, bit for bit', async () => {
    const large = {
      query: Float64Array.from(manyCandidates(1, 1024)),
      candidates: Float64Array.from(manyCandidates(200, 1024)),
    };
    const { scores } = await full.score({ ...call, ...large, dimension: 1024 });
    expect(await library.legacy.score(large.query, large.candidates, 0.5)).toEqual(scores);
  });

  it('refuses what the function would misread', async () => {
    const { legacy } = library;
    const single = new Float32Array(1024).fill(1) as unknown as Float64Array;
    await expect(legacy.score(single, query, 0.5)).rejects.toThrow(TypeError);
    await expect(legacy.score(query, single, 0.5)).rejects.toThrow(TypeError);
    await expect(legacy.score(query, new Float64Array(1000), 0.5)).rejects.toMatchObject({
      code: 'wrong_dimension',
    });
    await expect(legacy.score(new Float64Array(512), query, 0.5)).rejects.toMatchObject({
      code: 'wrong_dimension',
    });
  });

  it('says so when the library fails or gives no probability', async () => {
    await expect(library.legacy.score(query, query, Number.NaN)).rejects.toMatchObject({
      code: 'native_failed',
    });
    const { legacy } = RerankLibrary.open(builtLibrary('test/legacy_rerank'));
    await expect(legacy.score(query, new Float64Array(1024), 0.5)).rejects.toMatchObject({
      code: 'native_failed',
    });
  });
});
