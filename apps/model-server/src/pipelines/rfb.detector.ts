import { rfbAnchors } from '../packs/onnx/resize-rfb.js';
import type { DetectorRules } from './detector-rules.js';
import type { FaceCandidate } from './face-candidate.js';

/** Ultra-Light-Fast-Generic-Face-Detector (RFB): trained on whole pictures squashed to its input; no landmarks. */
export const rfb: DetectorRules = {
  fit: 'squash',
  granularity: 1,
  outputs: (size) => {
    const rows = rfbAnchors(size).centres.length / 2;
    return [
      { name: 'scores', rows, columns: 2 },
      { name: 'boxes', rows, columns: 4 },
    ];
  },
  decode: (read, size, scoreThreshold) => {
    const scores = read('scores');
    const boxes = read('boxes');
    const found: FaceCandidate[] = [];
    for (let row = 0; 2 * row < scores.length; row++) {
      const score = scores[2 * row + 1]!;
      if (!(score > scoreThreshold)) continue;
      // Corners come as shares of the input's sides, already decoded inside the model.
      const box = [
        boxes[4 * row]! * size.width,
        boxes[4 * row + 1]! * size.height,
        boxes[4 * row + 2]! * size.width,
        boxes[4 * row + 3]! * size.height,
      ] as const;
      found.push({ box, score, points: [] });
    }
    return found;
  },
};
