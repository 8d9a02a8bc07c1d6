/** x, y in pixels, origin in the middle of the top left pixel. */
export type Point = readonly [number, number];

/** Left eye of the picture, right eye of the picture, nose, left and right mouth corner. */
export type Landmarks = readonly [Point, Point, Point, Point, Point];

/** Side of an aligned face in pixels, as the embedding models take it. */
export const alignedSize = 112;

/** ArcFace's 112x112 template (InsightFace, `arcface_dst`), in the order of {@link Landmarks}. */
export const arcfaceTemplate: Landmarks = [
  [38.2946, 51.6963],
  [73.5318, 51.5014],
  [56.0252, 71.7366],
  [41.5493, 92.3655],
  [70.7299, 92.2041],
];

/** Distance of the eyes in the template, pixels. */
export const templateEyeDistance = eyeDistance(arcfaceTemplate);

/** Distance of the eyes, in the unit of the landmarks. */
export function eyeDistance(landmarks: Landmarks): number {
  const [[leftX, leftY], [rightX, rightY]] = landmarks;
  return Math.hypot(rightX - leftX, rightY - leftY);
}

/** (x, y) -> (a x - b y + dx, b x + a y + dy): rotation, scale and shift, never a mirror image. */
export interface SimilarityTransform {
  readonly a: number;
  readonly b: number;
  readonly dx: number;
  readonly dy: number;
}

/**
 * Least squares similarity transform that takes `from` to `to`: S. Umeyama, "Least-squares estimation of
 * transformation parameters between two point patterns", IEEE PAMI 13 (1991), in two dimensions and without
 * reflection, where it has this closed form.
 *
 * Points that all coincide give scale 0: everything lands on the middle of `to`.
 */
export function similarityTransform(from: readonly Point[], to: readonly Point[]): SimilarityTransform {
  const [fromX, fromY] = mean(from);
  const [toX, toY] = mean(to);
  let variance = 0;
  let dot = 0;
  let cross = 0;
  from.forEach(([x, y], i) => {
    const [targetX, targetY] = to[i] ?? [toX, toY];
    const [px, py, qx, qy] = [x - fromX, y - fromY, targetX - toX, targetY - toY];
    variance += px * px + py * py;
    dot += px * qx + py * qy;
    cross += px * qy - py * qx;
  });
  const a = variance > 0 ? dot / variance : 0;
  const b = variance > 0 ? cross / variance : 0;
  return { a, b, dx: toX - (a * fromX - b * fromY), dy: toY - (b * fromX + a * fromY) };
}

function mean(points: readonly Point[]): Point {
  const sum = points.reduce<Point>(([x, y], [px, py]) => [x + px, y + py], [0, 0]);
  return [sum[0] / points.length, sum[1] / points.length];
}
