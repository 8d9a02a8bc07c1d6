import {
  type Environment,
  EnvironmentReader,
  type LogLevel,
  type MetricsAddress,
  type TracingSettings,
  readLogLevel,
  readMetricsAddress,
  readTracing,
} from '@face/environment';
import { defaultLibraryPath } from '@face/native';
import { type CallMetadata, type SharedMemoryMode, type TritonTls, sharedMemoryModes } from '@face/triton';
import { type ApiKeySettings, readApiKeys } from './api-key-settings.js';
import { defaultBodyBytes } from './default-body-bytes.js';
import { readCorsOrigins } from './cors-settings.js';
import { type RerankCalibrationOverride, readRerankCalibration } from './rerank-calibration-settings.js';
import { readTrustedProxies, type TrustedProxies } from './trusted-proxies.js';
import { readTritonMetadata } from './triton-metadata-settings.js';
import { readTritonTls } from './triton-tls-settings.js';
import { readTritonUrl } from './triton-url-setting.js';

export const environments = ['local', 'staging', 'production'] as const;

/** Characters that a key has at least where others than its owner can reach the API. */
const keyLengthOutsideLocal = 16;

/** Everything that can be set, read once at the start and never again; docs and defaults: `.env.example`. */
export class Settings {
  readonly environment: (typeof environments)[number];
  readonly host: string;
  readonly port: number;
  readonly workers: number;
  readonly logLevel: LogLevel;
  /** Lines of requests of one level that a process logs in a second; of more, one in a hundred. */
  readonly logLinesPerSecond: number;
  /** Where metrics are shown; undefined: nowhere, and nothing is counted. */
  readonly metrics: MetricsAddress | undefined;
  /** Where traces go; undefined: there are none. */
  readonly tracing: TracingSettings | undefined;
  /** Fewest characters of a key. */
  readonly minimumKeyLength: number;
  /** Wrong keys that one address may send in a minute before it is refused for the rest of it; 0: any number. */
  readonly maxWrongKeysPerMinute: number;
  /** Requests of one key that one process works on at a time; more are answered 429 at once. */
  readonly maxConcurrentRequestsPerKey: number | undefined;
  /** Whose word is taken for the address of a caller (X-Forwarded-For). */
  readonly trustedProxies: TrustedProxies;
  /** Origins of web pages whose scripts may call the API. */
  readonly corsOrigins: readonly string[];
  /** Connections that one process holds at a time; more are closed at once. */
  readonly maxConnections: number;
  // Not a property: what prints the settings must not show it.
  readonly #apiKeys: ApiKeySettings;

  readonly tritonUrl: string;
  /** Whether pictures go to Triton through shared memory. */
  readonly tritonSharedMemory: SharedMemoryMode;
  /** Sent with every call to Triton; its values are secrets. */
  readonly tritonMetadata: CallMetadata;
  // Not a property: what prints the settings must not show the key.
  readonly #tritonTls: TritonTls | undefined;
  /** Inferences that one process asks of Triton at a time. */
  readonly tritonMaxConcurrentCalls: number;
  /** Inferences that may wait for that; one more is answered 429. */
  readonly tritonMaxWaitingCalls: number;
  /** Wait for Triton at the start, and stop when it does not become ready. */
  readonly tritonHealthcheck: boolean;
  /** How long the start waits for that. */
  readonly tritonStartTimeoutSeconds: number;
  readonly detectionModel: string;
  readonly extractionModel: string;
  /** Pixels. */
  readonly detectionInput: { readonly width: number; readonly height: number };
  /** When set, the model's own dimension must be the same. */
  readonly embeddingDimension: number | undefined;

  readonly maxBatchSize: number;
  readonly maxCandidates: number;
  /** Bytes of one image as it is sent (decoded from base64). */
  readonly maxImageBytes: number;
  /** Width times height of one image. */
  readonly maxImagePixels: number;
  readonly requestTimeoutSeconds: number;
  /** Requests worked on at a time by one process, photos and vectors each; more are answered 429 at once. */
  readonly maxConcurrentRequests: number;
  /** A request that would wait longer for those before it is answered 429 at once. */
  readonly maxQueueSeconds: number;
  /** Bytes of the bodies of those requests together; a request that would take more is answered 429 at once. */
  readonly maxBodyBytesInFlight: number;
  /** How long everything goes on after SIGTERM, but for readiness: until whoever routes requests here has noticed. */
  readonly shutdownDelaySeconds: number;
  /** How long a request in flight may go on after that. */
  readonly shutdownGraceSeconds: number;

  readonly returnAligned: boolean;
  readonly skipEmbeddingNormalization: boolean;

  readonly rerankLibraryPath: string;
  readonly mergeLibraryPath: string;
  /** Default acceptance threshold, in [0, 1]. */
  readonly rerankThreshold: number;
  readonly rerankCalibration: RerankCalibrationOverride;

  /** @throws SettingsError with a sentence for each variable that cannot be used. */
  constructor(environment: Environment) {
    const reader = new EnvironmentReader(environment);
    this.environment = reader.oneOf('FACE_V3_ENV', environments, 'local');
    this.host = reader.text('FACE_V3_HOST') ?? '127.0.0.1';
    const portName = reader.text('FACE_V3_PORT') === undefined ? 'PORT' : 'FACE_V3_PORT';
    this.port = reader.integer(portName, { min: 0, max: 65_535 }, 8000);
    const workersName = reader.text('FACE_V3_WORKERS') === undefined ? 'UVICORN_WORKERS' : 'FACE_V3_WORKERS';
    this.workers = reader.integer(workersName, { min: 1, max: 1024 }, 1);
    this.logLevel = readLogLevel(reader);
    this.logLinesPerSecond = reader.integer('FACE_V3_LOG_LINES_PER_SECOND', { min: 1, max: 1_000_000 }, 1000);
    this.metrics = readMetricsAddress(reader, {
      host: 'FACE_V3_METRICS_HOST',
      port: 'FACE_V3_METRICS_PORT',
    });
    this.tracing = readTracing(reader, 'face-search-api');
    this.minimumKeyLength = this.environment === 'local' ? 0 : keyLengthOutsideLocal;
    this.#apiKeys = readApiKeys(reader, { minimumLength: this.minimumKeyLength });
    const noKeyIsNamed =
      reader.text('FACE_V3_API_KEY') === undefined && reader.text('FACE_V3_API_KEY_FILE') === undefined;
    if (noKeyIsNamed && this.environment !== 'local') {
      reader.problem(
        `FACE_V3_ENV is '${this.environment}', where an API key is required: set FACE_V3_API_KEY or FACE_V3_API_KEY_FILE.`,
      );
    }
    this.maxWrongKeysPerMinute = reader.integer(
      'FACE_V3_MAX_WRONG_KEYS_PER_MINUTE',
      { min: 0, max: 1_000_000 },
      20,
    );
    this.maxConcurrentRequestsPerKey = reader.optionalInteger('FACE_V3_MAX_CONCURRENT_REQUESTS_PER_KEY', {
      min: 1,
      max: 100_000,
    });
    this.trustedProxies = readTrustedProxies(reader);
    this.corsOrigins = readCorsOrigins(reader);
    this.maxConnections = reader.integer('FACE_V3_MAX_CONNECTIONS', { min: 1, max: 1_000_000 }, 4096);

    this.tritonUrl = readTritonUrl(reader);
    this.tritonSharedMemory = reader.oneOf('FACE_V3_TRITON_SHARED_MEMORY', sharedMemoryModes, 'auto');
    this.tritonMetadata = readTritonMetadata(reader);
    this.#tritonTls = readTritonTls(reader);
    this.tritonMaxConcurrentCalls = reader.integer(
      'FACE_V3_TRITON_MAX_CONCURRENT_CALLS',
      { min: 1, max: 100_000 },
      64,
    );
    this.tritonMaxWaitingCalls = reader.integer(
      'FACE_V3_TRITON_MAX_WAITING_CALLS',
      { min: 0, max: 1_000_000 },
      256,
    );
    this.tritonHealthcheck = reader.boolean('FACE_V3_TRITON_HEALTHCHECK', true);
    this.tritonStartTimeoutSeconds = reader.number(
      'FACE_V3_TRITON_START_TIMEOUT_SECONDS',
      { min: 0, max: 3600 },
      60,
    );
    this.detectionModel = reader.text('FACE_V3_DETECTION_MODEL_NAME') ?? 'detection';
    this.extractionModel = reader.text('FACE_V3_EXTRACTION_MODEL_NAME') ?? 'extraction';
    this.detectionInput = {
      width: reader.integer('FACE_V3_DETECTION_INPUT_WIDTH', { min: 32, max: 8192 }, 640),
      height: reader.integer('FACE_V3_DETECTION_INPUT_HEIGHT', { min: 32, max: 8192 }, 640),
    };
    this.embeddingDimension = reader.optionalInteger('FACE_V3_EMBEDDING_DIMENSION', { min: 1, max: 65_536 });

    this.maxBatchSize = reader.integer('FACE_V3_MAX_BATCH_SIZE', { min: 1, max: 1024 }, 8);
    this.maxCandidates = reader.integer('FACE_V3_MAX_CANDIDATES', { min: 1, max: 100_000 }, 1000);
    this.maxImageBytes = reader.integer('FACE_V3_MAX_IMAGE_BYTES', { min: 1, max: 268_435_456 }, 10_485_760);
    this.maxImagePixels = reader.integer(
      'FACE_V3_MAX_IMAGE_PIXELS',
      { min: 1, max: 1_000_000_000 },
      50_000_000,
    );
    this.requestTimeoutSeconds = reader.number(
      'FACE_V3_REQUEST_TIMEOUT_SECONDS',
      { min: 0.01, max: 3600 },
      30,
    );
    this.maxConcurrentRequests = reader.integer(
      'FACE_V3_MAX_CONCURRENT_REQUESTS',
      { min: 1, max: 100_000 },
      64,
    );
    this.maxQueueSeconds = reader.number('FACE_V3_MAX_QUEUE_SECONDS', { min: 0.01, max: 3600 }, 15);
    this.maxBodyBytesInFlight = reader.integer(
      'FACE_V3_MAX_BODY_BYTES_IN_FLIGHT',
      { min: 1, max: 1_099_511_627_776 },
      defaultBodyBytes(),
    );
    this.shutdownDelaySeconds = reader.number('FACE_V3_SHUTDOWN_DELAY_SECONDS', { min: 0, max: 3600 }, 0);
    this.shutdownGraceSeconds = reader.number('FACE_V3_SHUTDOWN_GRACE_SECONDS', { min: 0, max: 3600 }, 25);

    this.returnAligned = reader.boolean('FACE_V3_RETURN_ALIGNED', false);
    this.skipEmbeddingNormalization = reader.boolean('FACE_V3_SKIP_EMBEDDING_NORMALIZATION', false);

    this.rerankLibraryPath =
      reader.text('FACE_V3_RERANK_LIBRARY_PATH') ?? defaultLibraryPath('librerank_compute');
    this.mergeLibraryPath =
      reader.text('FACE_V3_MERGE_LIBRARY_PATH') ?? defaultLibraryPath('libmerge_embeddings');
    this.rerankThreshold = reader.number('FACE_V3_RERANK_THRESHOLD', { min: 0, max: 1 }, 0.5);
    this.rerankCalibration = readRerankCalibration(reader);
    reader.finish();
  }

  /** Without any key none is asked: allowed in `local` only. */
  get apiKeys(): ApiKeySettings {
    return this.#apiKeys;
  }

  /** Undefined where the connection to Triton is plain text. */
  get tritonTls(): TritonTls | undefined {
    return this.#tritonTls;
  }

  /** Whether callers have to bring a key. */
  get asksForKey(): boolean {
    return this.#apiKeys.fixed.length + this.#apiKeys.ofFile.length > 0;
  }
}
