import { FaceReranker, TemplateMerger } from '@face/rerank';
import { describe, expect, it } from 'vitest';
import { Settings } from '../config/settings.js';
import { readEmbeddings } from './read-embeddings.js';
import { mergeExample, rerankExample } from './rerank.examples.js';
import { sentEmbeddings } from './sent-embeddings.fixture.js';

const options = new Settings({ FACE_V3_TRITON_URL: '127.0.0.1:1' });
const dimension = 512;

const read = (sent: readonly unknown[]) => readEmbeddings(sentEmbeddings(sent), dimension);

describe('the examples of the documentation', () => {
  it('are what /rerank answers', async () => {
    const { query_embedding, candidates, threshold } = rerankExample.requests.base64.value;
    const { answer } = rerankExample;
    const { alpha, tau, n_cal, voting } = answer.calibration;
    const { scores, cosines } = await new FaceReranker(options).score({
      query: read([query_embedding]),
      candidates: read(candidates.map(({ embedding }) => embedding)),
      dimension,
      threshold,
      calibration: { alpha, tau, galleryReference: n_cal, voting },
    });
    expect(answer.candidate_count).toBe(candidates.length);
    for (const [index, { score, cosine, accepted }] of answer.scores.entries()) {
      expect(scores[index]).toBeCloseTo(score, 6);
      expect(cosines[index]).toBeCloseTo(cosine, 6);
      expect(accepted).toBe(score >= threshold);
    }
  });

  it('are what /merge answers', async () => {
    const { embedding, members } = await new TemplateMerger(options).merge({
      embeddings: read(mergeExample.requests.base64.value.embeddings),
      dimension,
    });
    const { answer } = mergeExample;
    expect(members.map(({ outlier }) => outlier)).toEqual(answer.members.map(({ outlier }) => outlier));
    for (const [index, { weight }] of members.entries()) {
      expect(weight).toBeCloseTo(answer.members[index]?.weight ?? Number.NaN, 6);
    }
    const expected = read([answer.embedding]);
    for (const [index, value] of embedding.entries())
      expect(value).toBeCloseTo(expected[index] ?? Number.NaN, 6);
  });
});
