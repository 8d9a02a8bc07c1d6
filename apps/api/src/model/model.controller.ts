import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Endpoint } from '../http/endpoint.decorator.js';
import { type HttpCallContext, RequestContext } from '../http/request-context.js';
import { ModelAnswer } from './model.answer.js';
import { ModelService } from './model.service.js';

@ApiTags('model')
@Controller('api/v1/model')
export class ModelController {
  constructor(private readonly service: ModelService) {}

  @Get()
  @Endpoint({
    summary: 'The model behind the embeddings, and the limits of requests',
    description: 'What one needs to set up an index before the first photo.',
    answer: {
      type: ModelAnswer,
      example: {
        contract_id: '7fdcf6b1a266f9b64986c49ebefb05e1',
        dimension: 512,
        flip_merge: 'none',
        calibration: { alpha: 25, tau: 0.426, n_cal: 1000, voting: true, calibrated: true },
        limits: {
          max_images: 8,
          max_image_bytes: 10_485_760,
          max_image_pixels: 50_000_000,
          max_candidates: 1000,
          max_body_bytes: 111_921_856,
          request_timeout_seconds: 30,
        },
      },
    },
  })
  model(@RequestContext() context: HttpCallContext): Promise<ModelAnswer> {
    return this.service.describe(context);
  }
}
