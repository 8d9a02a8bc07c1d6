import { type DynamicModule, Module } from '@nestjs/common';
import { Settings } from './config/settings.js';
import { DetectionModel } from './grpc/detection.model.js';
import { ExtractionModel } from './grpc/extraction.model.js';
import { InferenceServer } from './grpc/inference.server.js';
import type { LoadedPack } from './packs/loaded-pack.js';
import { FaceScheduler } from './scheduler/face-scheduler.js';

/** The only place where the rooms of the model server meet. */
@Module({})
export class AppModule {
  /** @param version of the program, for ServerMetadata */
  static forRoot(settings: Settings, pack: LoadedPack, version: string): DynamicModule {
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
            new InferenceServer(detection, extraction, settings, version),
        },
      ],
    };
  }
}
