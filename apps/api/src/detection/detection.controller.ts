import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Endpoint } from '../http/endpoint.decorator.js';
import { type HttpCallContext, RequestContext } from '../http/request-context.js';
import { DetectionService } from './detection.service.js';
import { DetectionsAnswer } from './detections.answer.js';
import { DetectionsRequest, examplePicture } from './detections.request.js';

@ApiTags('faces')
@Controller('api/v1/detections')
export class DetectionController {
  constructor(private readonly detection: DetectionService) {}

  @Post()
  @Endpoint({
    summary: 'Find the faces of photos',
    body: {
      type: DetectionsRequest,
      accepts: 'images',
      examples: {
        one: { summary: 'A picture without a face', value: { images: [{ data: examplePicture }] } },
      },
    },
    answer: {
      type: DetectionsAnswer,
      example: {
        results: [{ image_id: 'image_1', faces: [], num_faces: 0 }],
        timings_ms: { decode_ms: 1.204, align_ms: 0, inference_ms: 6.518, encode_ms: 0.012, total_ms: 7.937 },
        included_aligned_faces: false,
      },
    },
  })
  detections(
    @Body() body: DetectionsRequest,
    @RequestContext() context: HttpCallContext,
  ): Promise<DetectionsAnswer> {
    return this.detection.detect(body, context);
  }
}
