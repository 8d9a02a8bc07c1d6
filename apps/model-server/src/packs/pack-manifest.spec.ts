import { describe, expect, it } from 'vitest';
import { contractId } from './contract-id.js';
import { parsePackManifest, type PackManifest } from './pack-manifest.js';

const hash = (digit: string) => digit.repeat(64);

/** As small as a manifest can be. */
const least = () => ({
  name: 'mine',
  version: '1',
  detector: { kind: 'scrfd', file: { path: 'detector.onnx', sha256: hash('a'), license: 'MIT' } },
  embedder: { kind: 'arcface', file: { path: 'embedder.onnx', sha256: hash('b'), license: 'MIT' } },
});

const rfb = () => ({
  ...least(),
  sources: { models: { npm: 'models@1.0.0', sha256: hash('c'), license: 'MIT' } },
  detector: { kind: 'rfb', file: { source: 'models', path: 'rfb.onnx', sha256: hash('a') } },
  landmarks: { kind: 'points68', file: { source: 'models', path: 'points.onnx', sha256: hash('d') } },
});

function parse(manifest: object): PackManifest {
  return parsePackManifest('/packs/mine/pack.json', 'mine/pack.json', JSON.stringify(manifest));
}

describe('parsePackManifest', () => {
  it('completes a manifest with the usual values of its kinds', () => {
    const pack = parse(least());
    expect(pack.detector).toMatchObject({
      inputSize: { width: 640, height: 640 },
      normalisation: { channels: 'rgb', mean: 127.5, divisor: 128 },
      scoreThreshold: 0.5,
      asset: { origin: { kind: 'local', path: '/packs/mine/detector.onnx' } },
    });
    expect(pack.landmarks).toBeNull();
    expect(pack.embedder).toMatchObject({ dimension: 512, normalisation: { channels: 'rgb' } });
    expect(pack.flipMerge).toBe('none');
    expect(pack.calibration.size).toBe(0);
  });

  it('takes what the manifest says instead', () => {
    const pack = parse({
      ...rfb(),
      detector: { ...rfb().detector, inputSize: { width: 480, height: 360 }, scoreThreshold: 0.7 },
      embedder: { ...least().embedder, channels: 'bgr', divisor: 128, dimension: 256 },
      flipMerge: 'concat',
      calibration: { concat: { alpha: 25, tau: 0.4, n_cal: 1000, voting: false } },
    });
    expect(pack.detector).toMatchObject({ inputSize: { width: 480, height: 360 }, scoreThreshold: 0.7 });
    expect(pack.embedder).toMatchObject({
      dimension: 256,
      normalisation: { channels: 'bgr', mean: 127.5, divisor: 128 },
    });
    expect(pack.calibration.get('concat')).toEqual({
      alpha: 25,
      tau: 0.4,
      galleryReference: 1000,
      voting: false,
      calibrated: true,
    });
    expect(pack.landmarks?.asset.origin).toMatchObject({ kind: 'archive', path: 'points.onnx' });
  });

  const detector = least().detector;
  const embedder = least().embedder;
  it.each([
    ['an unknown field', { ...least(), detektor: 1 }, 'mine/pack.json: detektor is not known here'],
    ['a missing name', { ...least(), name: undefined }, 'mine/pack.json: name is missing, expected a name'],
    ['a name that leaves the folder', { ...least(), name: '../x' }, 'mine/pack.json: name is "../x"'],
    [
      'an unknown kind',
      { ...least(), detector: { ...detector, kind: 'mtcnn' } },
      'detector.kind is "mtcnn", expected one of rfb, yunet, scrfd',
    ],
    [
      'a short hash',
      { ...least(), detector: { ...detector, file: { ...detector.file, sha256: 'ab' } } },
      'detector.file.sha256 is "ab", expected a SHA-256',
    ],
    [
      'a missing licence',
      { ...least(), detector: { ...detector, file: { ...detector.file, license: undefined } } },
      'detector.file.license is missing',
    ],
    [
      'a threshold that is a text',
      { ...least(), detector: { ...detector, scoreThreshold: '0.6' } },
      'detector.scoreThreshold is "0.6", expected a number from 0 to 1',
    ],
    [
      'an input of half a pixel',
      { ...least(), detector: { ...detector, inputSize: { width: 320.5, height: 240 } } },
      'detector.inputSize.width is 320.5, expected a whole number',
    ],
    [
      'no landmarks for rfb',
      { ...rfb(), landmarks: undefined },
      'landmarks is missing, expected a landmark model',
    ],
    [
      'landmarks of rfb itself',
      { ...rfb(), landmarks: { kind: 'detector' } },
      'landmarks.kind is detector, but a detector of kind rfb gives none',
    ],
    [
      'an unknown source',
      { ...rfb(), sources: {} },
      'detector.file.source is "models", expected one of sources',
    ],
    [
      'a version range',
      { ...rfb(), sources: { models: { npm: 'models@^1', sha256: hash('c'), license: 'MIT' } } },
      'sources.models.npm is "models@^1", expected an npm package with its exact version',
    ],
    [
      'a path out of the archive',
      {
        ...rfb(),
        landmarks: { kind: 'points68', file: { source: 'models', path: '../x', sha256: hash('d') } },
      },
      'landmarks.file.path is "../x", expected a path inside the archive',
    ],
    [
      'a custom embedder without its values',
      { ...least(), embedder: { ...embedder, kind: 'custom' } },
      'embedder.channels is missing, expected one of bgr, rgb',
    ],
    [
      'another calibration mode',
      { ...least(), calibration: { sum: {} } },
      'calibration.sum is not known here',
    ],
    [
      'a tau that no cosine can have',
      { ...least(), calibration: { none: { alpha: 25, tau: 2, n_cal: 1, voting: true } } },
      'calibration.none.tau is 2, expected a number from -0.999 to 0.999',
    ],
    [
      'numbers that are none',
      { ...least(), embedder: { ...embedder, golden: [1, '2'] } },
      'embedder.golden is [1,"2"], expected a list of numbers',
    ],
  ])('refuses %s in a sentence naming file and field', (_what, manifest, sentence) => {
    expect(() => parse(manifest)).toThrow(sentence);
  });

  it.each([
    ['{ "name": ', 'mine/pack.json is no JSON: '],
    ['[]', 'mine/pack.json holds no JSON object'],
  ])('refuses %s', (text, sentence) => {
    expect(() => parsePackManifest('/x/pack.json', 'mine/pack.json', text)).toThrow(sentence);
  });
});

describe('contractId', () => {
  const id = (manifest: object) => contractId(parse(manifest), 'none');

  it('does not depend on what changes no vector', () => {
    const reordered = Object.fromEntries(Object.entries(rfb()).reverse());
    expect(id(reordered)).toBe(id(rfb()));
    expect(id({ ...rfb(), name: 'other', version: '2', about: 'Words.' })).toBe(id(rfb()));
    expect(id({ ...rfb(), detector: { ...rfb().detector, scoreThreshold: 0.9, nmsThreshold: 0.1 } })).toBe(
      id(rfb()),
    );
    expect(id({ ...rfb(), calibration: { none: { alpha: 1, tau: 0, n_cal: 1, voting: true } } })).toBe(
      id(rfb()),
    );
    // Stated or usual: the same settings.
    expect(id({ ...rfb(), detector: { ...rfb().detector, inputSize: { width: 320, height: 240 } } })).toBe(
      id(rfb()),
    );
  });

  it('changes with everything that changes a vector', () => {
    const { detector, landmarks, embedder } = rfb();
    const withHash = <Part extends { file: object }>(part: Part) => ({
      ...part,
      file: { ...part.file, sha256: hash('f') },
    });
    const ids = [
      id(rfb()),
      contractId(parse(rfb()), 'mean'),
      contractId(parse(rfb()), 'concat'),
      id({ ...rfb(), detector: withHash(detector) }),
      id({ ...rfb(), detector: { ...detector, inputSize: { width: 480, height: 360 } } }),
      id({ ...rfb(), detector: { ...detector, channels: 'bgr' } }),
      id({ ...rfb(), landmarks: withHash(landmarks) }),
      id({ ...rfb(), embedder: withHash(embedder) }),
      id({ ...rfb(), embedder: { ...embedder, channels: 'bgr' } }),
      id({ ...rfb(), embedder: { ...embedder, mean: 0 } }),
      id({ ...rfb(), embedder: { ...embedder, divisor: 128 } }),
      id({ ...rfb(), embedder: { ...embedder, dimension: 256 } }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    for (const each of ids) expect(each).toMatch(/^[0-9a-f]{32}$/);
  });
});
