import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { type ApiClient, embeddingOf } from '../measure/api-client.ts';
import { concurrently } from '../measure/concurrently.ts';
import { centralFace } from './central-face.ts';

/** Photos under way at a time: enough that both programs always have something to do. */
export const photosAtATime = 4;

/** Makes something else of a photo before it is sent. */
export type Change = (photo: Buffer, path: string) => Promise<Buffer>;

/** Embeddings of the persons that portraits are about, each asked of the API once. */
export class PortraitStore {
  readonly #client: ApiClient;
  readonly #folder: string;
  readonly #change: Change | undefined;
  readonly #embeddings = new Map<string, Float32Array | undefined>();

  /** @param folder that paths are relative to */
  constructor(client: ApiClient, folder: string, change?: Change) {
    this.#client = client;
    this.#folder = folder;
    this.#change = change;
  }

  /** Embeds all photos that are not known yet. */
  async load(paths: Iterable<string>, stop: AbortSignal): Promise<void> {
    const missing = [...new Set(paths)].filter((path) => !this.#embeddings.has(path));
    await concurrently(missing, photosAtATime, async (path) => {
      stop.throwIfAborted();
      this.#embeddings.set(path, await this.#embed(path));
    });
  }

  /**
   * Undefined when no face was found in the photo.
   * @throws Error when it was not loaded: it would look like a photo without a face
   */
  get(path: string): Float32Array | undefined {
    if (!this.#embeddings.has(path)) throw new Error(`${path} was not loaded`);
    return this.#embeddings.get(path);
  }

  async #embed(path: string): Promise<Float32Array | undefined> {
    const original = readFileSync(join(this.#folder, path));
    const photo = this.#change === undefined ? original : await this.#change(original, path);
    const { status, detail, faces } = await this.#client.embed(photo);
    if (status !== 200) throw new Error(`${path}: ${status} ${detail}`);
    const { autoOrient } = await sharp(photo).metadata();
    const face = centralFace(faces, autoOrient);
    return face === undefined ? undefined : embeddingOf(face);
  }
}
