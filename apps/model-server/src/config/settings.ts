import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import {
  type Environment,
  EnvironmentReader,
  type LogLevel,
  type MetricsAddress,
  type TracingSettings,
  logLevels,
  readLogLevel,
  readMetricsAddress,
  readTracing,
} from '@face/environment';
import { type FlipMerge, flipMerges } from '@face/kserve';
import { defaultLibraryPath } from '@face/native';
import type { LogLevel as NestLogLevel } from '@nestjs/common';
import { cacheFolder } from '../packs/cache-folder.js';
import { defaultPackName } from '../packs/locate-pack.js';

/** Triton's own port, for a server that runs alone. */
const defaultPort = 8001;

/** Waiting images and faces for each thread: one to three seconds of work. */
const queuePerThread = 256;

/** Settings of this process, read and checked once, at start. */
export class Settings {
  /** Name of a pack, or path of its JSON or folder. */
  readonly modelPack: string;
  /** Undefined: as the pack says, or as `embeddingDimension` asks. */
  readonly flipMerge: FlipMerge | undefined;
  /** Undefined: whatever the pack gives. */
  readonly embeddingDimension: number | undefined;
  readonly host: string;
  /** 0 for a free port. */
  readonly port: number;
  /** Of the health endpoints over HTTP, 0 for a free one; undefined: there are none. */
  readonly httpPort: number | undefined;
  /** Absolute path of the unix socket to listen on as well. */
  readonly socket: string | undefined;
  /** After which a connection is asked to close; 0: never. */
  readonly maxConnectionAgeSeconds: number;
  /** Worker threads, each with its own sessions. */
  readonly threads: number;
  /** Images and faces that may wait. */
  readonly queueSize: number;
  readonly mergeLibraryPath: string;
  readonly cacheDir: string;
  /** Levels that Nest's logger prints. */
  readonly logLevels: NestLogLevel[];
  /** Where metrics are shown; undefined: nowhere, and nothing is counted. */
  readonly metrics: MetricsAddress | undefined;
  /** Where traces go; undefined: there are none. */
  readonly tracing: TracingSettings | undefined;

  /** @throws SettingsError with a sentence for each variable that cannot be used */
  constructor(environment: Environment) {
    const reader = new EnvironmentReader(environment);
    const socket = reader.text('FACE_V3_MODEL_SERVER_SOCKET');
    this.modelPack = reader.text('FACE_V3_MODEL_PACK') ?? defaultPackName;
    this.flipMerge = reader.optionalOneOf('FACE_V3_FLIP_MERGE', flipMerges);
    this.embeddingDimension = reader.optionalInteger('FACE_V3_EMBEDDING_DIMENSION', { min: 1, max: 65_536 });
    this.host = reader.text('FACE_V3_MODEL_SERVER_HOST') ?? '127.0.0.1';
    this.port =
      reader.optionalInteger('FACE_V3_MODEL_SERVER_PORT', { min: 0, max: 65_535 }) ??
      (socket === undefined ? defaultPort : 0);
    this.httpPort = reader.optionalInteger('FACE_V3_MODEL_SERVER_HTTP_PORT', { min: 0, max: 65_535 });
    this.socket = socket === undefined ? undefined : resolve(socket);
    this.maxConnectionAgeSeconds = reader.number(
      'FACE_V3_MODEL_SERVER_MAX_CONNECTION_AGE_SECONDS',
      { min: 0, max: 86_400 },
      0,
    );
    this.threads =
      reader.optionalInteger('FACE_V3_MODEL_SERVER_THREADS', { min: 1, max: 1024 }) ?? availableParallelism();
    this.queueSize =
      reader.optionalInteger('FACE_V3_MODEL_SERVER_QUEUE_SIZE', { min: 1, max: 1_000_000 }) ??
      queuePerThread * this.threads;
    this.mergeLibraryPath =
      reader.text('FACE_V3_MERGE_LIBRARY_PATH') ?? defaultLibraryPath('libmerge_embeddings');
    this.cacheDir = cacheFolder(environment);
    this.logLevels = upTo(readLogLevel(reader));
    this.metrics = readMetricsAddress(reader, {
      host: 'FACE_V3_MODEL_SERVER_METRICS_HOST',
      port: 'FACE_V3_MODEL_SERVER_METRICS_PORT',
    });
    this.tracing = readTracing(reader, 'face-search-model-server');
    reader.finish();
  }
}

/** What Nest's logger calls them. */
const nestNames: Readonly<Record<LogLevel, NestLogLevel>> = {
  fatal: 'fatal',
  error: 'error',
  warn: 'warn',
  info: 'log',
  debug: 'debug',
  trace: 'verbose',
};

/** Nest's logger is given each level that it prints. */
function upTo(least: LogLevel): NestLogLevel[] {
  return logLevels.slice(0, logLevels.indexOf(least) + 1).map((level) => nestNames[level]);
}
