import { cancelTogether } from '@face/triton';
import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import type { HttpCallContext } from '../http/request-context.js';
import { cutFaces, encodeFaces } from './aligned-faces.js';
import type { DetectionsAnswer } from './detections.answer.js';
import type { DetectionsRequest } from './detections.request.js';
import { faceBody } from './face-body.js';
import { FaceFinder } from './face-finder.js';
import { failedResult, hasFailed, hasSucceeded } from './image-outcome.js';

/** `/detections`: where the faces are. */
@Injectable()
export class DetectionService {
  constructor(
    private readonly settings: Settings,
    private readonly finder: FaceFinder,
  ) {}

  async detect(request: DetectionsRequest, context: HttpCallContext): Promise<DetectionsAnswer> {
    const { record } = context;
    const clock = record.startClock();
    record.images = request.images.length;
    const withAligned = request.return_aligned_faces ?? this.settings.returnAligned;
    const outcomes = await cancelTogether(context, (together) =>
      this.finder.find(request, clock, together, async (found) => {
        const pictures = withAligned ? await encodeFaces(await cutFaces(found, clock, together), clock) : [];
        return {
          image: found.image,
          faces: found.faces.map((face, index) => faceBody(face, pictures[index])),
        };
      }),
    );
    const results = outcomes.map((outcome) => {
      if (hasFailed(outcome)) return failedResult(outcome);
      return { image_id: outcome.image.id, faces: outcome.faces, num_faces: outcome.faces.length };
    });
    record.facesByImage = outcomes.filter(hasSucceeded).map(({ faces }) => faces.length);
    return { results, timings_ms: clock.timings(), included_aligned_faces: withAligned };
  }
}
