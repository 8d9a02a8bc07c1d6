import type { Type } from '@nestjs/common';
import { checkBody } from '../../http/validation/check-body.js';
import { MergeRequest } from '../merge.request.js';
import { refuseTooMany } from '../refuse-too-many.js';
import { RerankRequest } from '../rerank.request.js';
import type { BodyJob } from './body-messages.js';

const types: readonly Type<RerankRequest | MergeRequest>[] = [RerankRequest, MergeRequest];

/**
 * What the event loop would check, in the same order.
 * @throws FaceError `validation_failed`, `too_many_candidates`
 */
export function checkUnusualBody(value: unknown, { type: name, maxCandidates }: BodyJob): void {
  const type = types.find((each) => each.name === name);
  if (type === undefined) throw new Error(`There is no body of the type ${name}.`);
  const request = checkBody(value, type);
  if (request instanceof RerankRequest) refuseTooMany('candidates', request.candidates.length, maxCandidates);
  else refuseTooMany('embeddings', request.embeddings.length, maxCandidates);
}
