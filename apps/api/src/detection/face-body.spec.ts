import { describe, expect, it } from 'vitest';
import { faceBody } from './face-body.js';

describe('faceBody', () => {
  const float = Math.fround;

  it('tells a face in short decimals, and the area of the box as it is told', () => {
    const body = faceBody(
      {
        box: [float(10.1), float(20.2), float(30.3), 50],
        confidence: float(0.99),
        landmarks: [
          [float(-1.5), float(2.1)],
          [3, 4],
          [5, 6],
          [7, 8],
          [9, 10],
        ],
      },
      undefined,
    );
    expect(body).toEqual({
      bbox: [10.1, 20.2, 30.3, 50],
      confidence: 0.99,
      landmarks: [
        [-1.5, 2.1],
        [3, 4],
        [5, 6],
        [7, 8],
        [9, 10],
      ],
      face_size: (30.3 - 10.1) * (50 - 20.2),
      aligned_face: null,
    });
  });
});
