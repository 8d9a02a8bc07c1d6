import type { PixelLibrary } from '@face/native';
import type { EmbedderSettings, Normalisation } from '../packs/loaded-pack.js';
import { ModelSession } from './model-session.js';

/** Side of an aligned face, pixels. */
export const faceSide = 112;
const facePixels = faceSide * faceSide;

/** Turns aligned faces into embeddings. */
export class FaceEmbedder {
  private readonly planes = new Float32Array(3 * facePixels);

  private constructor(
    private readonly settings: EmbedderSettings,
    private readonly session: ModelSession,
    private readonly input: string,
    private readonly output: string,
    private readonly pixels: PixelLibrary,
  ) {}

  /** @throws PackError when the model does not take aligned faces or its embedding has another dimension */
  static async open(settings: EmbedderSettings, pixels: PixelLibrary): Promise<FaceEmbedder> {
    const session = await ModelSession.open(settings.model);
    const input = session.input([1, 3, faceSide, faceSide]);
    const output = session.onlyOutput([1, settings.dimension]);
    return new FaceEmbedder(settings, session, input, output, pixels);
  }

  /**
   * @param face BGR bytes [112, 112, 3]
   * @param view which way round the face is fed
   * @returns the raw embedding [dimension]
   */
  async embed(face: Uint8Array, view: 'face' | 'mirror'): Promise<Float32Array> {
    writeFacePlanes(this.pixels, face, view, this.settings.normalisation, this.planes);
    const read = await this.session.run(this.input, this.planes, [1, 3, faceSide, faceSide]);
    return read(this.output);
  }

  close(): Promise<void> {
    return this.session.close();
  }
}

/**
 * @param planes [3, 112, 112], written
 * @throws RangeError when the face has not 112 x 112 x 3 bytes
 */
export function writeFacePlanes(
  pixels: PixelLibrary,
  face: Uint8Array,
  view: 'face' | 'mirror',
  normalisation: Normalisation,
  planes: Float32Array,
): void {
  if (face.length !== 3 * facePixels) {
    throw new RangeError(`an aligned face has ${3 * facePixels} bytes, got ${face.length}`);
  }
  const size = { width: faceSide, height: faceSide };
  const picture = { data: face, ...size, stride: 3 * faceSide };
  pixels.planes(picture, size, planes, size, { ...normalisation, mirrored: view === 'mirror' });
}
