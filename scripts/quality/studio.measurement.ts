import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiFace } from '../measure/api-client.ts';
import { concurrently } from '../measure/concurrently.ts';
import { table } from '../measure/markdown.ts';
import { type Box, overlap } from './detection-recall.ts';
import { type Measurement, type MeasurementInput, share } from './measurement.ts';
import { photosAtATime } from './portrait-store.ts';

type Point = readonly [number, number];

interface StudioPhotos {
  readonly images: readonly {
    readonly path: string;
    readonly kind: string;
    readonly faces: readonly {
      readonly eyes: readonly [Point, Point];
      /** Left, top, width, height; derived from the eyes, so it is rough. */
      readonly box_approx: readonly [number, number, number, number];
    }[];
  }[];
}

const leastOverlap = 0.3;
/** How far an eye may be from where it is, as a part of the distance of the eyes. */
const eyeTolerance = 0.25;

/** What hard conditions do to detection and landmarks: studio portraits, turned, shrunk, blurred, covered. */
export async function measureStudio({ client, data, stop }: MeasurementInput): Promise<Measurement> {
  const folder = join(data, 'detect/studio');
  const { images } = JSON.parse(readFileSync(join(folder, 'boxes.json'), 'utf8')) as StudioPhotos;
  const judged = await concurrently(images, photosAtATime, async ({ path, kind, faces }) => {
    stop.throwIfAborted();
    const { status, detail, faces: detected } = await client.detect(readFileSync(join(folder, path)));
    if (status !== 200) throw new Error(`${path}: ${status} ${detail}`);
    return faces.map(({ eyes, box_approx: [left, top, width, height] }) => {
      const face = bestOn([left, top, left + width, top + height], detected);
      return { kind, found: face !== undefined, eyesRight: face !== undefined && areEyesRight(face, eyes) };
    });
  });
  const kinds = Map.groupBy(judged.flat(), ({ kind }) => kind);
  const rows = [...kinds].map(([kind, faces]) => {
    const part = (of: 'found' | 'eyesRight') => share(faces.filter((face) => face[of]).length / faces.length);
    return [kind, String(faces.length), part('found'), part('eyesRight')];
  });
  return {
    section: [
      `## Hard conditions: studio portraits, made harder`,
      `Found: a detection overlaps by ${leastOverlap} or more. Eyes right: found, and both eyes are where they should be within ${eyeTolerance} of their distance; an embedding of a face whose eyes are not right is worth nothing. Twelve persons, one photo each, so a step is .08; mosaics hold more.`,
      table(['photos', 'faces', 'found', 'eyes right'], rows),
    ].join('\n\n'),
    targets: [],
  };
}

function bestOn(box: Box, detected: readonly ApiFace[]): ApiFace | undefined {
  const best = detected
    .map((face) => ({ face, share: overlap(face.bbox, box) }))
    .sort((a, b) => b.share - a.share)[0];
  return best !== undefined && best.share >= leastOverlap ? best.face : undefined;
}

/** @param eyes as a viewer of the upright picture orders them, from the left, and so are the landmarks */
function areEyesRight({ landmarks }: ApiFace, eyes: readonly [Point, Point]): boolean {
  const apart = distance(eyes[0], eyes[1]);
  return eyes.every((eye, index) => distance(eye, landmarks[index]) <= eyeTolerance * apart);
}

function distance([x, y]: Point, other: Point | undefined): number {
  return other === undefined ? Infinity : Math.hypot(x - other[0], y - other[1]);
}
