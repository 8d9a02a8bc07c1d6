import { MergeLibrary, type EmbeddingRows, type MergeMethod } from '@face/native';
import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { OpenedLibrary, readiness, type Readiness } from './opened-library.js';
import { RERANK_OPTIONS, type RerankOptions } from './rerank.options.js';

/** Embeddings of one person. */
export interface MergeRequest<Rows extends EmbeddingRows> {
  /** n rows of `dimension` numbers, one after the other, finite and none all 0. Must not change before the result. */
  readonly embeddings: Rows;
  readonly dimension: number;
  /** `agreement`, the default: weighted by the mean cosine to the others; `mean`: all alike. */
  readonly method?: MergeMethod | undefined;
}

export interface MergedTemplate<Rows extends EmbeddingRows> {
  /** `dimension` numbers of unit length. */
  readonly embedding: Rows;
  /** One per member, in their order. */
  readonly members: readonly TemplateMember[];
}

export interface TemplateMember {
  /** How well it agrees with the others, in [0, 1]. */
  readonly weight: number;
  /** Agrees so little that it may be another person. */
  readonly outlier: boolean;
}

/** Merges several embeddings of one person into one template, in libmerge_embeddings. */
@Injectable()
export class TemplateMerger implements OnModuleInit {
  readonly #logger = new Logger(TemplateMerger.name);
  readonly #opened: OpenedLibrary<MergeLibrary>;

  constructor(@Inject(RERANK_OPTIONS) { mergeLibraryPath }: RerankOptions) {
    this.#opened = new OpenedLibrary(mergeLibraryPath, (path) => MergeLibrary.open(path), this.#logger);
  }

  onModuleInit(): void {
    const library = this.#opened.find();
    if (library !== undefined) this.#logger.log(`${library.name}: ${library.buildInfo}`);
  }

  /**
   * @throws FaceError `not_ready` without a library; `wrong_dimension`, `too_many_candidates`; `non_finite_number`
   * and `zero_embedding` with the member's position; `zero_embedding` when the members cancel out; `overloaded`,
   * `native_failed`.
   */
  async merge<Rows extends EmbeddingRows>(request: MergeRequest<Rows>): Promise<MergedTemplate<Rows>> {
    const { embeddings, dimension, method = 'agreement' } = request;
    const outcome = await this.#opened.get().merge({ embeddings, dimension, method });
    const members = Array.from(outcome.weights, (weight, index) => ({
      weight,
      outlier: outcome.outliers[index] === 1,
    }));
    return { embedding: outcome.merged, members };
  }

  /** Whether the library can be loaded. */
  ready(): Readiness {
    return readiness(() => this.#opened.get());
  }
}
