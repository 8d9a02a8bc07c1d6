/** xmin, ymin, xmax, ymax in pixels. */
export type Box = readonly [number, number, number, number];

/** A face that a person marked. */
export interface MarkedFace {
  readonly box: Box;
  /** Levels that count it; none means that finding it is neither right nor wrong. */
  readonly levels: readonly string[];
}

export interface Matches {
  /** Marked faces that were found. */
  readonly found: ReadonlySet<MarkedFace>;
  /** Detections that lie on no marked face. */
  readonly wrong: number;
}

/** Intersection over union. */
export function overlap(a: Box, b: Box): number {
  const width = Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0]));
  const height = Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
  const both = width * height;
  const area = ([left, top, right, bottom]: Box) => (right - left) * (bottom - top);
  return both === 0 ? 0 : both / (area(a) + area(b) - both);
}

/**
 * Gives each detection, best first, the marked face that it overlaps most of those that are still free.
 * @param detections by falling confidence
 */
export function match(
  detections: readonly Box[],
  marked: readonly MarkedFace[],
  leastOverlap: number,
): Matches {
  const found = new Set<MarkedFace>();
  let wrong = 0;
  for (const detection of detections) {
    const onFaces = marked
      .map((face) => ({ face, share: overlap(detection, face.box) }))
      .filter(({ share }) => share >= leastOverlap);
    const free = onFaces.filter(({ face }) => !found.has(face)).sort((a, b) => b.share - a.share)[0];
    if (free !== undefined) found.add(free.face);
    else if (onFaces.length === 0 || onFaces.some(({ face }) => face.levels.length > 0)) wrong++;
  }
  return { found, wrong };
}
