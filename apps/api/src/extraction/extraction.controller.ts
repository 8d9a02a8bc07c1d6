import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { examplePicture } from '../detection/detections.request.js';
import { Endpoint } from '../http/endpoint.decorator.js';
import { type HttpCallContext, RequestContext } from '../http/request-context.js';
import { EmbeddingsAnswer } from './embeddings.answer.js';
import { EmbeddingsRequest } from './embeddings.request.js';
import { ExtractionService } from './extraction.service.js';

@ApiTags('faces')
@Controller('api/v1/embeddings')
export class ExtractionController {
  constructor(private readonly extraction: ExtractionService) {}

  @Post()
  @Endpoint({
    summary: 'Find, align and embed the faces of photos',
    body: {
      type: EmbeddingsRequest,
      accepts: 'images',
      examples: {
        one: { summary: 'A picture without a face', value: { images: [{ data: examplePicture }] } },
        options: {
          summary: 'With all options',
          value: {
            images: [{ id: 'passport', data: examplePicture }],
            return_aligned_faces: true,
            skip_embedding_normalization: false,
            encoding_format: 'base64',
            max_faces: 1,
            min_confidence: 0.8,
            min_face_size: 32,
            on_error: 'partial',
          },
        },
      },
    },
    answer: {
      type: EmbeddingsAnswer,
      example: {
        results: [{ image_id: 'image_1', faces: [], num_faces: 0 }],
        timings_ms: { decode_ms: 1.204, align_ms: 0, inference_ms: 6.518, encode_ms: 0.012, total_ms: 7.937 },
        normalized_embeddings: true,
        included_aligned_faces: false,
        model: { contract_id: '7fdcf6b1a266f9b64986c49ebefb05e1', dimension: 512 },
      },
    },
  })
  embeddings(
    @Body() body: EmbeddingsRequest,
    @RequestContext() context: HttpCallContext,
  ): Promise<EmbeddingsAnswer> {
    return this.extraction.embed(body, context);
  }
}
