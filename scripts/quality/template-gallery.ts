import type { Entry } from './candidate-search.ts';
import { type IdentificationPhotos, mostPhotos, type Photo } from './identification-protocol.ts';
import type { MergeMethod, NativeScoring } from './native-scoring.ts';
import type { PortraitStore } from './portrait-store.ts';
import { entriesOf } from './search-probes.ts';

/** By person: somebody else's photo that was filed under that name, in the place of the fifth right one. */
export type Misfiled = ReadonlyMap<string, Photo>;

/** A gallery with one template a person. */
export class TemplateGallery {
  readonly #native: NativeScoring;
  readonly #store: PortraitStore;
  readonly #method: MergeMethod;
  readonly #misfiled: Misfiled;

  constructor(native: NativeScoring, store: PortraitStore, method: MergeMethod, misfiled: Misfiled) {
    this.#native = native;
    this.#store = store;
    this.#method = method;
    this.#misfiled = misfiled;
  }

  /** Everybody who is enrolled. The persons whose photos are filed under another name are not. */
  async entries({ known, distractors }: IdentificationPhotos): Promise<Entry[]> {
    const elsewhere = new Set([...this.#misfiled.values()].map(({ path }) => path));
    const templates = await Promise.all([...known.values()].map((photos) => this.template(photos)));
    const others = distractors.filter(({ path }) => !elsewhere.has(path));
    return [...templates.flat(), ...entriesOf(others, this.#store)];
  }

  /**
   * The template of a person's first five photos, a wrong one among them if there is one.
   * @returns nothing when no face was found in any photo, or there is none
   */
  async template(photos: readonly Photo[]): Promise<Entry[]> {
    const [first] = photos;
    if (first === undefined) return [];
    const wrong = this.#misfiled.get(first.identity);
    const members =
      wrong === undefined ? photos.slice(0, mostPhotos) : [...photos.slice(0, mostPhotos - 1), wrong];
    const embeddings = entriesOf(members, this.#store).map(({ embedding }) => embedding);
    if (embeddings.length === 0) return [];
    return [{ identity: first.identity, embedding: await this.#native.merge(embeddings, this.#method) }];
  }
}
