import { gridOutputs, gridStrides, type DetectorRules } from './detector-rules.js';
import type { FaceCandidate } from './face-candidate.js';

/** YuNet (libfacedetection.train, 2023): one row a cell, boxes as offset and exponent from the cell's top left corner. */
export const yunet: DetectorRules = {
  fit: 'letterbox',
  granularity: 32,
  outputs: (size) => gridOutputs(size, 1, { cls: 1, obj: 1, bbox: 4, kps: 10 }),
  decode: (read, size, scoreThreshold) => {
    const found: FaceCandidate[] = [];
    for (const stride of gridStrides) {
      const classes = read(`cls_${stride}`);
      const objects = read(`obj_${stride}`);
      const boxes = read(`bbox_${stride}`);
      const points = read(`kps_${stride}`);
      const columns = size.width / stride;
      for (let row = 0; row < classes.length; row++) {
        const score = Math.sqrt(clampShare(classes[row]!) * clampShare(objects[row]!));
        if (!(score > scoreThreshold)) continue;
        const left = (row % columns) * stride;
        const top = Math.floor(row / columns) * stride;
        const centreX = left + boxes[4 * row]! * stride;
        const centreY = top + boxes[4 * row + 1]! * stride;
        const halfWidth = (Math.exp(boxes[4 * row + 2]!) * stride) / 2;
        const halfHeight = (Math.exp(boxes[4 * row + 3]!) * stride) / 2;
        found.push({
          box: [centreX - halfWidth, centreY - halfHeight, centreX + halfWidth, centreY + halfHeight],
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

function clampShare(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}
