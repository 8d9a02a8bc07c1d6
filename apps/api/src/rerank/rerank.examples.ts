/**
 * Requests that work when they are pasted, for a model of 512 dimensions as in the default pack, and what is
 * answered to them. The vectors are made up: two photos of one person and a stranger.
 */
const dimension = 512;

/** Sines of different frequencies are nearly orthogonal, as embeddings of strangers are. */
function direction(frequency: number): number[] {
  return Array.from({ length: dimension }, (_, index) => Math.sin(frequency * (index + 1)));
}

/** Cosine to `person` of about 1 / sqrt(1 + share^2). */
function photo(person: readonly number[], noise: readonly number[], share: number): number[] {
  return person.map((value, index) => value + share * (noise[index] ?? 0));
}

function base64(vector: readonly number[]): string {
  return Buffer.from(Float32Array.from(vector).buffer).toString('base64');
}

/** As /merge makes it: the weighted sum of the unit vectors, brought to unit length. */
function template(vectors: readonly (readonly number[])[], weights: readonly number[]): number[] {
  const units = vectors.map(unit);
  return unit(
    Array.from({ length: dimension }, (_, index) =>
      units.reduce((sum, vector, member) => sum + (weights[member] ?? 0) * (vector[index] ?? 0), 0),
    ),
  );
}

function unit(vector: readonly number[]): number[] {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

const person = direction(1);
const photos = [2, 3, 5].map((frequency) => photo(person, direction(frequency), 0.7));
const [first = [], second = []] = photos;
const stranger = direction(4);

export const rerankExample = {
  requests: {
    base64: {
      summary: 'Two candidates, embeddings as base64 of little-endian float32',
      value: {
        query_embedding: base64(first),
        candidates: [
          { id: 'photo-4711', embedding: base64(second) },
          { id: 'photo-0815', embedding: base64(stranger) },
        ],
        threshold: 0.9,
      },
    },
  },
  answer: {
    scores: [
      { id: 'photo-4711', score: 0.9978542700444291, cosine: 0.6716850977413215, accepted: true },
      { id: 'photo-0815', score: 0.000022874827971455, cosine: -0.0014180236845965945, accepted: false },
    ],
    threshold_applied: 0.9,
    candidate_count: 2,
    calibration: { alpha: 25, tau: 0.426, n_cal: 1000, voting: true, calibrated: true },
    timings_ms: { total_ms: 0.412 },
  },
};

const weights = [0.44683505768200366, 0.44749254902490226, 0.44722977943065373, 0];

export const mergeExample = {
  requests: {
    base64: {
      summary: 'Three photos of one person and one of somebody else',
      value: { embeddings: [...photos, stranger].map(base64), encoding_format: 'base64' },
    },
  },
  answer: {
    embedding: base64(template([...photos, stranger], weights)),
    members: weights.map((weight) => ({ weight, outlier: weight === 0 })),
    model: { contract_id: '7fdcf6b1a266f9b64986c49ebefb05e1', dimension },
    timings_ms: { total_ms: 0.236 },
  },
};
