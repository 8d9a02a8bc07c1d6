import { gridOutputs, gridStrides, type DetectorRules } from './detector-rules.js';
import type { FaceCandidate } from './face-candidate.js';

const anchorsPerCell = 2;

/** SCRFD with landmarks (InsightFace): two rows a cell, boxes as distances from the cell's top left corner, in strides. */
export const scrfd: DetectorRules = {
  fit: 'letterbox',
  granularity: 32,
  outputs: (size) => gridOutputs(size, anchorsPerCell, { score: 1, bbox: 4, kps: 10 }),
  decode: (read, size, scoreThreshold) => {
    const found: FaceCandidate[] = [];
    for (const stride of gridStrides) {
      const scores = read(`score_${stride}`);
      const boxes = read(`bbox_${stride}`);
      const points = read(`kps_${stride}`);
      const columns = size.width / stride;
      for (let row = 0; row < scores.length; row++) {
        const score = scores[row]!;
        if (!(score > scoreThreshold)) continue;
        const cell = Math.floor(row / anchorsPerCell);
        const left = (cell % columns) * stride;
        const top = Math.floor(cell / columns) * stride;
        found.push({
          box: [
            left - boxes[4 * row]! * stride,
            top - boxes[4 * row + 1]! * stride,
            left + boxes[4 * row + 2]! * stride,
            top + boxes[4 * row + 3]! * stride,
          ],
          score,
          points: Array.from(
            points.subarray(10 * row, 10 * row + 10),
            (offset, axis) => (axis % 2 === 0 ? left : top) + offset * stride,
          ),
        });
      }
    }
    return found;
  },
};
