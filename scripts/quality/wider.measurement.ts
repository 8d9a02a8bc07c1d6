import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { concurrently } from '../measure/concurrently.ts';
import { table } from '../measure/markdown.ts';
import { type Box, type MarkedFace, match } from './detection-recall.ts';
import { type Measurement, type MeasurementInput, share } from './measurement.ts';
import { photosAtATime } from './portrait-store.ts';
import { conditionTable, type FaceCondition } from './wider-conditions.ts';

interface WiderBoxes {
  readonly images: readonly {
    readonly path: string;
    readonly faces: readonly (FaceCondition & {
      readonly x: number;
      readonly y: number;
      readonly w: number;
      readonly levels: readonly string[];
    })[];
  }[];
}

const leastOverlap = 0.4;
/** What the reference implementation of the default pack finds, and how much less is a defect. */
const referenceRecall = { easy: 0.872, medium: 0.765, hard: 0.403 };
const tolerance = 0.02;

/** Recall by difficulty on a part of WIDER FACE. */
export async function measureWider({ client, data, stop }: MeasurementInput): Promise<Measurement> {
  const folder = join(data, 'detect/wider');
  const { images } = JSON.parse(readFileSync(join(folder, 'boxes.json'), 'utf8')) as WiderBoxes;
  const results = await concurrently(images, photosAtATime, async ({ path, faces }) => {
    stop.throwIfAborted();
    const { status, detail, faces: found } = await client.detect(readFileSync(join(folder, path)));
    if (status !== 200) throw new Error(`${path}: ${status} ${detail}`);
    const marked = faces.map((face): MarkedFace & FaceCondition => {
      const { x, y, w, h } = face;
      const box: Box = [x, y, x + w, y + h];
      return { ...face, box };
    });
    const boxes = found.map(({ bbox }) => bbox);
    return { marked, detections: boxes.length, ...match(boxes, marked, leastOverlap) };
  });
  const judged = results.flatMap(({ marked, found }) =>
    marked.map((face) => ({ ...face, found: found.has(face) })),
  );
  const recall = (level: string) => {
    const counted = judged.filter(({ levels }) => levels.includes(level));
    return counted.filter(({ found }) => found).length / counted.length;
  };
  const levels = Object.entries(referenceRecall).map(([level, reference]) => ({
    level,
    reference,
    recall: recall(level),
  }));
  const sum = (count: (result: (typeof results)[number]) => number) =>
    results.reduce((total, result) => total + count(result), 0);
  const [wrong, detections] = [sum((each) => each.wrong), sum((each) => each.detections)];
  const counted = judged.filter((face) => face.levels.length > 0);
  const rows = levels.map(({ level, reference, recall: own }) => [level, share(own), share(reference)]);
  return {
    section:
      `## Detection: WIDER FACE, ${images.length} photos of five events\n\n` +
      `Recall at overlap ${leastOverlap}, every face matched once, at the pack's own score threshold. ` +
      `Of ${detections} detections ${wrong} are on no face (precision ${share(1 - wrong / detections)}).\n\n` +
      `${table(['level', 'recall', 'reference'], rows)}\n\n` +
      `By what the annotators say of the ${counted.length} faces that some level counts, and of those among them that are at least 32 pixels tall:\n\n${conditionTable(counted)}`,
    targets: levels.map(({ level, reference, recall: own }) => ({
      name: `WIDER recall ${level}`,
      value: own,
      least: reference - tolerance,
    })),
  };
}
