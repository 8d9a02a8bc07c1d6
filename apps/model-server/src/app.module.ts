import type { Model } from '@face/kserve';
import { type DynamicModule, Module } from '@nestjs/common';
import { Settings } from './config/settings.js';
import { DetectionModel } from './grpc/detection.model.js';
import { ExtractionModel } from './grpc/extraction.model.js';
import { InferenceServer } from './grpc/inference.server.js';
import type { ServerLog } from './grpc/server-log.js';
import { HealthServer } from './http/health.server.js';
import type { LoadedPack } from './packs/loaded-pack.js';
import { FaceScheduler } from './scheduler/face-scheduler.js';

export interface AppOptions {
  readonly settings: Settings;
  readonly pack: LoadedPack;
  /** Of the program, for ServerMetadata. */
  readonly version: string;
  readonly log: ServerLog;
  /** Offered beside the two of the pack. */
  readonly furtherModels: readonly Model[];
}

/** The only place where the rooms of the model server meet. */
@Module({})
export class AppModule {
  static forRoot({ settings, pack, version, log, furtherModels }: AppOptions): DynamicModule {
    return {
      module: AppModule,
      providers: [
        { provide: Settings, useValue: settings },
        { provide: FaceScheduler, useFactory: () => new FaceScheduler({ ...settings, pack }) },
        {
          provide: DetectionModel,
          inject: [FaceScheduler],
          useFactory: (scheduler: FaceScheduler) => new DetectionModel(scheduler, pack.contract),
        },
        {
          provide: ExtractionModel,
          inject: [FaceScheduler],
          useFactory: (scheduler: FaceScheduler) => new ExtractionModel(scheduler, pack.contract),
        },
        {
          provide: InferenceServer,
          inject: [DetectionModel, ExtractionModel],
          useFactory: (detection: DetectionModel, extraction: ExtractionModel) =>
            new InferenceServer([detection, extraction, ...furtherModels], settings, version, log),
        },
        {
          provide: HealthServer,
          inject: [InferenceServer],
          useFactory: (server: InferenceServer) => new HealthServer(settings, () => server.ready),
        },
      ],
    };
  }
}
