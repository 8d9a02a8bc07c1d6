import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Face, faceSize } from './face.js';
import { selectFaces } from './select-faces.js';

const landmarks: Face['landmarks'] = [
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 0],
];
const face = (width: number, height: number, confidence: number): Face => ({
  box: [0, 0, width, height],
  confidence,
  landmarks,
});
const small = face(10, 30, 0.9);
const large = face(100, 100, 0.8);
const middle = face(50, 40, 0.7);
const faces = [small, large, middle];

describe('selectFaces', () => {
  it('keeps all faces unless told otherwise', () => {
    expect(selectFaces(faces, {})).toEqual(faces);
  });

  it('keeps the largest faces in the order in which they came', () => {
    expect(selectFaces(faces, { max_faces: 1 })).toEqual([large]);
    expect(selectFaces(faces, { max_faces: 2 })).toEqual([large, middle]);
    expect(selectFaces([middle, small, large], { max_faces: 2 })).toEqual([middle, large]);
  });

  it('keeps faces of at least the confidence and the shorter side', () => {
    expect(selectFaces(faces, { min_confidence: 0.8 })).toEqual([small, large]);
    expect(selectFaces(faces, { min_face_size: 40 })).toEqual([large, middle]);
    expect(selectFaces(faces, { min_face_size: 40.5 })).toEqual([large]);
  });

  it('counts only faces that the other options leave', () => {
    expect(selectFaces(faces, { max_faces: 1, min_confidence: 0.85 })).toEqual([small]);
  });

  it('never leaves out a face that is larger than one it keeps', () => {
    const any = fc
      .record({ width: fc.nat(9), height: fc.nat(9) })
      .map(({ width, height }) => face(width, height, 1));
    fc.assert(
      fc.property(fc.array(any), fc.integer({ min: 1, max: 5 }), (found, max_faces) => {
        const kept = selectFaces(found, { max_faces });
        expect(kept).toEqual(found.filter((each) => kept.includes(each)));
        expect(kept).toHaveLength(Math.min(found.length, max_faces));
        const smallest = Math.min(...kept.map(faceSize));
        for (const each of found)
          if (!kept.includes(each)) expect(faceSize(each)).toBeLessThanOrEqual(smallest);
      }),
    );
  });
});
