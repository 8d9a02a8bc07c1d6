import { type Environment, SettingsError } from '@face/environment';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { loadSettings } from './load-settings.js';
import { Settings } from './settings.js';

const minimal = { FACE_V3_TRITON_URL: '127.0.0.1:8001' };
const read = (environment: Environment) => new Settings({ ...minimal, ...environment });

function problemsOf(environment: Environment): readonly string[] {
  try {
    read(environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

const folder = mkdtempSync(join(tmpdir(), 'face-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('settings', () => {
  it('have the documented defaults', () => {
    expect(read({})).toMatchObject({
      environment: 'local',
      host: '127.0.0.1',
      port: 8000,
      workers: 1,
      logLevel: 'info',
      apiKeys: { fixed: [], ofFile: [] },
      asksForKey: false,
      maxWrongKeysPerMinute: 20,
      maxConcurrentRequestsPerKey: undefined,
      corsOrigins: [],
      maxConnections: 4096,
      logLinesPerSecond: 1000,
      metrics: undefined,
      tracing: undefined,
      tritonSharedMemory: 'auto',
      tritonHealthcheck: true,
      detectionModel: 'detection',
      extractionModel: 'extraction',
      detectionInput: { width: 640, height: 640 },
      embeddingDimension: undefined,
      maxBatchSize: 8,
      maxCandidates: 1000,
      maxImageBytes: 10_485_760,
      maxImagePixels: 50_000_000,
      requestTimeoutSeconds: 30,
      maxConcurrentRequests: 64,
      returnAligned: false,
      skipEmbeddingNormalization: false,
      rerankThreshold: 0.5,
      rerankCalibration: {},
    });
  });

  it('show metrics and send traces where they are told to', () => {
    const { metrics, tracing } = read({
      FACE_V3_METRICS_PORT: '9464',
      FACE_V3_METRICS_HOST: '0.0.0.0',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
    });
    expect(metrics).toEqual({ host: '0.0.0.0', port: 9464 });
    expect(tracing).toMatchObject({
      url: 'http://collector:4318/v1/traces',
      serviceName: 'face-search-api',
    });
    expect(read({ FACE_V3_METRICS_HOST: '0.0.0.0' }).metrics).toBeUndefined();
    expect(problemsOf({ FACE_V3_METRICS_PORT: 'on' })).toEqual([
      "FACE_V3_METRICS_PORT is 'on', expected an integer from 0 to 65535.",
    ]);
  });

  it('find the libraries in the image or in the build of this project', () => {
    const { rerankLibraryPath, mergeLibraryPath } = read({});
    expect(rerankLibraryPath).toMatch(
      /(^\/opt\/face_backend\/libs|\/native-libs\/build)\/librerank_compute\.(so|dylib)$/,
    );
    expect(mergeLibraryPath).toMatch(/\/libmerge_embeddings\.(so|dylib)$/);
    expect(read({ FACE_V3_RERANK_LIBRARY_PATH: '/a/own.so' }).rerankLibraryPath).toBe('/a/own.so');
  });

  it('prefer the new name of a setting', () => {
    expect(read({ UVICORN_WORKERS: '3' }).workers).toBe(3);
    expect(read({ UVICORN_WORKERS: '3', FACE_V3_WORKERS: '2' }).workers).toBe(2);
    expect(read({ PORT: '81' }).port).toBe(81);
    expect(read({ PORT: '81', FACE_V3_PORT: '82' }).port).toBe(82);
  });

  it('count an empty string as not given', () => {
    expect(read({ FACE_V3_PORT: '', PORT: '', FACE_V3_API_KEY: '', FACE_V3_ENV: '' })).toMatchObject({
      port: 8000,
      apiKeys: { fixed: [], ofFile: [] },
      environment: 'local',
    });
  });

  it.each([
    ['FACE_V3_TRITON_URL', 'http://triton:8000', 'the address of a gRPC server'],
    ['FACE_V3_TRITON_URL', 'triton', 'the address of a gRPC server'],
    ['FACE_V3_ENV', 'prod', 'one of local, staging, production'],
    ['FACE_V3_PORT', '70000', 'an integer from 0 to 65535'],
    ['PORT', '8e3', 'an integer from 0 to 65535'],
    ['FACE_V3_WORKERS', '0', 'an integer from 1 to 1024'],
    ['UVICORN_WORKERS', 'two', 'an integer from 1 to 1024'],
    ['FACE_V3_MAX_BATCH_SIZE', '1.5', 'an integer from 1 to 1024'],
    ['FACE_V3_RETURN_ALIGNED', 'maybe', 'true or false'],
    ['FACE_V3_RERANK_THRESHOLD', '1.5', 'a number from 0 to 1'],
    ['FACE_V3_RERANK_THRESHOLD', 'NaN', 'a number from 0 to 1'],
    ['FACE_V3_RERANK_ALPHA', '0', 'a number above 0'],
    ['FACE_V3_RERANK_TAU', '1', 'a number above -1 and below 1'],
    ['FACE_V3_REQUEST_TIMEOUT_SECONDS', '-1', 'a number from 0.01 to 3600'],
    ['FACE_V3_LOG_LEVEL', 'loud', 'one of CRITICAL'],
    ['FACE_V3_API_KEY_FILE', '/nowhere/keys', 'a readable file'],
  ])('refuse %s=%s with a sentence', (name, value, expected) => {
    const [problem, ...others] = problemsOf({ [name]: value });
    expect(others).toEqual([]);
    expect(problem).toContain(`${name} is '${value}', expected ${expected}`);
  });

  it('name everything that is wrong at once', () => {
    expect(problemsOf({ FACE_V3_ENV: 'x', FACE_V3_PORT: 'x' })).toHaveLength(2);
  });

  it('say how to get a Triton when there is none', () => {
    expect(() => new Settings({})).toThrow(/FACE_V3_TRITON_URL is not set.*npm start/);
  });

  it.each([
    ['WARNING', 'warn'],
    ['critical', 'fatal'],
    ['DEBUG', 'debug'],
    ['info', 'info'],
  ])('know the log level %s', (name, level) => {
    expect(read({ FACE_V3_LOG_LEVEL: name }).logLevel).toBe(level);
  });

  it('take parts of a calibration', () => {
    expect(read({ FACE_V3_RERANK_TAU: '.4', FACE_V3_RERANK_N_CAL: '5000' }).rerankCalibration).toEqual({
      tau: 0.4,
      galleryReference: 5000,
    });
  });
});

describe('API keys', () => {
  const long = 'a-key-of-some-characters';

  it('may come from both places, without comments and blank lines', () => {
    const path = file('keys', '# one\nb key\n\r\nc\r\n#d\nb key');
    expect(read({ FACE_V3_API_KEY: 'a#', FACE_V3_API_KEY_FILE: path }).apiKeys).toEqual({
      fixed: ['a#'],
      ofFile: ['b key', 'c'],
      file: path,
    });
  });

  it('are required outside local', () => {
    expect(problemsOf({ FACE_V3_ENV: 'staging' })[0]).toMatch(/FACE_V3_API_KEY/);
    expect(problemsOf({ FACE_V3_ENV: 'production', FACE_V3_API_KEY: long })).toEqual([]);
  });

  it('are at least 16 characters long outside local', () => {
    const short = {
      FACE_V3_API_KEY: 'secret-with-15c',
      FACE_V3_API_KEY_FILE: file('short', `${long}\nsecret\n`),
    };
    expect(problemsOf(short)).toEqual([]);
    for (const FACE_V3_ENV of ['staging', 'production']) {
      const problems = problemsOf({ ...short, FACE_V3_ENV });
      expect(problems).toEqual([
        'FACE_V3_API_KEY is shorter than the 16 characters that a key needs outside of local.',
        expect.stringMatching(
          /^FACE_V3_API_KEY_FILE is '.*': Line 2 is shorter|one a line: Line 2 is shorter/,
        ),
      ]);
      expect(problems.join()).not.toContain('secret');
    }
  });

  it('are refused, and not shown, when no header could carry them', () => {
    for (const key of [' secret', 'secret ', 'sec\u0001ret']) {
      const [problem] = problemsOf({ FACE_V3_API_KEY: key });
      expect(problem).toContain('FACE_V3_API_KEY');
      expect(problem).not.toContain('secret');
    }
    const [problem] = problemsOf({ FACE_V3_API_KEY_FILE: file('bad', 'good\nsecret ') });
    expect(problem).toMatch(/^FACE_V3_API_KEY_FILE is .* Line 2 starts or ends with a blank/);
    expect(problem).not.toContain('secret');
  });

  it('have to be in the file that is named', () => {
    expect(problemsOf({ FACE_V3_API_KEY_FILE: file('none', '# nothing\n') })).toEqual([
      expect.stringMatching(/at least one key/),
    ]);
  });

  it('are not shown by what prints the settings', () => {
    const settings = read({ FACE_V3_API_KEY: 'secret-1', FACE_V3_API_KEY_FILE: file('shown', 'secret-2') });
    expect(settings.asksForKey).toBe(true);
    const printed = JSON.stringify(settings) + inspect(settings, { depth: 9, showHidden: true });
    expect(printed).not.toContain('secret');
  });
});

describe('origins', () => {
  it('are taken as browsers write them', () => {
    const origins = 'https://app.example.com, http://localhost:3000';
    expect(read({ FACE_V3_CORS_ORIGINS: origins }).corsOrigins).toEqual([
      'https://app.example.com',
      'http://localhost:3000',
    ]);
  });

  it.each([
    '*',
    'null',
    'app.example.com',
    'https://app.example.com/',
    'https://App.example.com',
    'https://a.b:443',
    'https://a.b,',
  ])('cannot be %s', (text) => {
    expect(problemsOf({ FACE_V3_CORS_ORIGINS: text })[0]).toContain(
      `FACE_V3_CORS_ORIGINS is '${text}', expected origins separated by commas`,
    );
  });
});

describe('.env', () => {
  it('is read, and the environment wins, also with an empty string', () => {
    file('.env', 'FACE_V3_TRITON_URL="triton:8001"\nFACE_V3_PORT=9000\nFACE_V3_WORKERS=4\n# FACE_V3_ENV=x\n');
    const settings = loadSettings({ FACE_V3_PORT: '9001', FACE_V3_WORKERS: '' }, folder);
    expect(settings).toMatchObject({ tritonUrl: 'triton:8001', port: 9001, workers: 1 });
  });

  it('may be missing', () => {
    expect(loadSettings(minimal, join(folder, 'nothing-here')).port).toBe(8000);
  });
});
