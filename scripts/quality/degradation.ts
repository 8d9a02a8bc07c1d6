import sharp from 'sharp';
import { seededRandom } from '../measure/seeded-random.ts';

/** What a bad camera does: it is out of focus, or too far away. */
export const degradations = ['blurred', 'shrunk'] as const;
export type Degradation = (typeof degradations)[number];

/** Standard deviation of the blur, in pixels of a photo 250 wide whose face is about 100 wide. */
export const blurSigma = { least: 2, most: 4 } as const;
/** Width of the whole shrunk photo in pixels; about .4 of it is the face. */
export const shrunkWidth = { least: 48, most: 96 } as const;

/**
 * Degrades a photo by a strength that is drawn evenly between the bounds, by seed and path. The result is a PNG, so
 * that nothing else is done to it.
 */
export function degrade(
  photo: Buffer,
  degradation: Degradation,
  { path, seed }: { readonly path: string; readonly seed: string },
): Promise<Buffer> {
  const random = seededRandom(`${seed}: ${path} ${degradation}`);
  const between = ({ least, most }: { least: number; most: number }) => least + (most - least) * random();
  const image = sharp(photo);
  const changed =
    degradation === 'blurred'
      ? image.blur(between(blurSigma))
      : image.resize({ width: Math.round(between(shrunkWidth)) });
  return changed.png({ compressionLevel: 1 }).toBuffer();
}
