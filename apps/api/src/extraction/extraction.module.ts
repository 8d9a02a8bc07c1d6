import { Module } from '@nestjs/common';
import { DetectionModule } from '../detection/detection.module.js';
import { ExtractionController } from './extraction.controller.js';
import { ExtractionService } from './extraction.service.js';
import { FaceEmbedder } from './face-embedder.js';

@Module({
  imports: [DetectionModule],
  controllers: [ExtractionController],
  providers: [ExtractionService, FaceEmbedder],
})
export class ExtractionModule {}
