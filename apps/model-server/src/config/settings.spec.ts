import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { Settings } from './settings.js';

describe('Settings', () => {
  it('needs none to be set', () => {
    const settings = new Settings({ XDG_CACHE_HOME: '/cache' });
    expect(settings).toMatchObject({
      modelPack: 'faceplugin',
      flipMerge: undefined,
      embeddingDimension: undefined,
      host: '127.0.0.1',
      port: 8001,
      socket: undefined,
      threads: availableParallelism(),
      cacheDir: '/cache/face-search-backend',
      logLevels: ['fatal', 'error', 'warn', 'log'],
      metrics: undefined,
      tracing: undefined,
    });
    expect(settings.mergeLibraryPath).toMatch(/libmerge_embeddings\.(so|dylib)$/);
  });

  it('takes a free port beside a socket', () => {
    const socket = { FACE_V3_MODEL_SERVER_SOCKET: '/run/face/s.sock' };
    expect(new Settings(socket)).toMatchObject({ port: 0, socket: '/run/face/s.sock' });
    expect(new Settings({ ...socket, FACE_V3_MODEL_SERVER_PORT: '9001' }).port).toBe(9001);
  });

  it.each([
    ['WARNING', ['fatal', 'error', 'warn']],
    ['debug', ['fatal', 'error', 'warn', 'log', 'debug']],
  ])('reads the log level %s', (level, logLevels) => {
    expect(new Settings({ FACE_V3_LOG_LEVEL: level }).logLevels).toEqual(logLevels);
  });

  it('shows metrics and sends traces where it is told to', () => {
    const { metrics, tracing } = new Settings({
      FACE_V3_MODEL_SERVER_METRICS_PORT: '0',
      // Of the API, which has a port of its own.
      FACE_V3_METRICS_PORT: '9464',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
    });
    expect(metrics).toEqual({ host: '127.0.0.1', port: 0 });
    expect(tracing?.serviceName).toBe('face-search-model-server');
  });

  it('takes an empty text for unset', () => {
    expect(new Settings({ FACE_V3_MODEL_SERVER_PORT: '', FACE_V3_MODEL_PACK: '' })).toMatchObject({
      port: 8001,
      modelPack: 'faceplugin',
    });
  });

  it('says all that is wrong at once', () => {
    const wrong = {
      FACE_V3_FLIP_MERGE: 'max',
      FACE_V3_MODEL_SERVER_PORT: '0x10',
      FACE_V3_MODEL_SERVER_THREADS: '0',
      FACE_V3_EMBEDDING_DIMENSION: '-5',
      FACE_V3_LOG_LEVEL: 'loud',
    };
    expect(() => new Settings(wrong)).toThrow(
      [
        "FACE_V3_FLIP_MERGE is 'max', expected one of none, mean, concat.",
        "FACE_V3_EMBEDDING_DIMENSION is '-5', expected an integer from 1 to 65536.",
        "FACE_V3_MODEL_SERVER_PORT is '0x10', expected an integer from 0 to 65535.",
        "FACE_V3_MODEL_SERVER_THREADS is '0', expected an integer from 1 to 1024.",
        "FACE_V3_LOG_LEVEL is 'loud', expected one of CRITICAL, ERROR, WARNING, INFO, DEBUG, TRACE.",
      ].join('\n'),
    );
  });
});
