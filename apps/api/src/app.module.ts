import { AuthModule, type AuthOptions } from '@face/auth';
import { LoggingModule, type LogOptions } from '@face/observability';
import { RerankModule } from '@face/rerank';
import { TritonModule } from '@face/triton';
import { Module, type DynamicModule } from '@nestjs/common';
import type { Settings } from './config/settings.js';
import { SettingsModule } from './config/settings.module.js';
import { DetectionModule } from './detection/detection.module.js';
import { ExtractionModule } from './extraction/extraction.module.js';
import { HealthModule } from './health/health.module.js';
import { HttpModule } from './http/http.module.js';
import { requestContextOf } from './http/request-context.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { ModelModule } from './model/model.module.js';
import { RerankFeatureModule } from './rerank/rerank.module.js';

/** The only place where modules meet. */
@Module({})
export class AppModule {
  static forRoot(settings: Settings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        SettingsModule.forRoot(settings),
        LoggingModule.forRoot({
          ...logOptions(settings),
          requestId: (request) => requestContextOf(request).requestId,
          facts: (request) => requestContextOf(request).record.facts(),
          linesPerSecond: settings.logLinesPerSecond,
        }),
        AuthModule.forRoot(authOptions(settings)),
        TritonModule.forRoot({
          url: settings.tritonUrl,
          sharedMemory: settings.tritonSharedMemory,
          detectionModel: settings.detectionModel,
          extractionModel: settings.extractionModel,
          maxBatchSize: settings.maxBatchSize,
          detectionInput: settings.detectionInput,
          expectedDimension: settings.embeddingDimension,
          maxConcurrentCalls: settings.tritonMaxConcurrentCalls,
          maxWaitingCalls: settings.tritonMaxWaitingCalls,
          metadata: settings.tritonMetadata,
          tls: settings.tritonTls,
        }),
        // Scoring and the health check share one opened library.
        {
          ...RerankModule.forRoot({
            rerankLibraryPath: settings.rerankLibraryPath,
            mergeLibraryPath: settings.mergeLibraryPath,
          }),
          global: true,
        },
        HttpModule,
        DetectionModule,
        ExtractionModule,
        RerankFeatureModule,
        ModelModule,
        HealthModule,
        ...(settings.metrics === undefined ? [] : [MetricsModule]),
      ],
    };
  }
}

/** Readable lines for the person at a local machine, JSON for everybody else's collector. */
export function logOptions(settings: Settings): LogOptions {
  return { level: settings.logLevel, pretty: settings.environment === 'local' };
}

/** Tests that put an app together themselves use it too. */
export function authOptions(settings: Settings): AuthOptions {
  const { fixed, ofFile, file } = settings.apiKeys;
  return {
    fixedKeys: fixed,
    fileKeys: ofFile,
    keyFile: file,
    minimumLength: settings.minimumKeyLength,
    wrongKeysPerMinute: settings.maxWrongKeysPerMinute,
    concurrentRequestsPerKey: settings.maxConcurrentRequestsPerKey,
  };
}
