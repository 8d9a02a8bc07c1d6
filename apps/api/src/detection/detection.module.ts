import { Module } from '@nestjs/common';
import { DetectionController } from './detection.controller.js';
import { DetectionService } from './detection.service.js';
import { FaceDetector } from './face-detector.js';
import { FaceFinder } from './face-finder.js';
import { ImageDecoders } from './image-decoders.js';

@Module({
  controllers: [DetectionController],
  providers: [DetectionService, FaceDetector, FaceFinder, ImageDecoders],
  exports: [FaceFinder],
})
export class DetectionModule {}
