import { FaceError } from '@face/errors';
import { RerankLibrary, type EmbeddingRows } from '@face/native';
import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { requireLegacyDimension, scoreWithLegacy } from './legacy-scoring.js';
import { OpenedLibrary, readiness, type Readiness } from './opened-library.js';
import type { RerankRequest, RerankScores } from './rerank-request.js';
import { RERANK_OPTIONS, type RerankOptions } from './rerank.options.js';
import { subjectIds } from './subject-ids.js';

/** Scores the candidates of a vector search as P(same person as the query), in librerank_compute. */
@Injectable()
export class FaceReranker implements OnModuleInit {
  readonly #logger = new Logger(FaceReranker.name);
  readonly #opened: OpenedLibrary<RerankLibrary>;

  constructor(@Inject(RERANK_OPTIONS) { rerankLibraryPath }: RerankOptions) {
    this.#opened = new OpenedLibrary(rerankLibraryPath, (path) => RerankLibrary.open(path), this.#logger);
  }

  onModuleInit(): void {
    const library = this.#opened.find();
    if (library === undefined) return;
    this.#logger.log(`${library.name}: ${library.full?.buildInfo ?? 'only the original rerank function'}`);
  }

  /**
   * `full` for the library built here, `legacy` for one with only the original function, whose own calibration holds
   * and which knows neither subjects nor gallery sizes, `absent` while none can be opened.
   */
  get kind(): 'full' | 'legacy' | 'absent' {
    return this.#opened.find()?.kind ?? 'absent';
  }

  /**
   * @throws FaceError `not_ready` without a library, or when it cannot take the dimension; `wrong_dimension`,
   * `too_many_candidates`; `non_finite_number` and `zero_embedding` (of the query); `overloaded`, `native_failed`;
   * the reason of the request's signal.
   */
  async score(request: RerankRequest): Promise<RerankScores> {
    const library = this.#opened.get();
    if (library.full === undefined) {
      requireLegacyDimension(library.name, request.dimension);
      return scoreWithLegacy(library.legacy, request);
    }
    const { calibration, query, candidates } = request;
    const { scores, cosines } = await library.full.score({
      ...calibration,
      query: ofOneType(query, candidates),
      candidates: ofOneType(candidates, query),
      dimension: request.dimension,
      threshold: request.threshold,
      gallerySize: request.gallerySize ?? null,
      mode: request.mode ?? 'max',
      subjects: subjectIds(request.subjects),
      signal: request.signal,
    });
    return { scores, cosines };
  }

  /** Whether embeddings of this dimension can be scored: makes a small call with a known result. */
  ready(dimension: number): Readiness {
    return readiness(() => this.#tryOut(this.#opened.get(), dimension));
  }

  #tryOut(library: RerankLibrary, dimension: number): void {
    if (library.full === undefined) requireLegacyDimension(library.name, dimension);
    const query = new Float64Array(dimension).fill(1);
    const scores =
      library.full?.scoreHere({
        query,
        candidates: query,
        dimension,
        threshold: 0.5,
        alpha: 30,
        tau: 0.42,
        galleryReference: 1000,
        gallerySize: null,
        voting: true,
        mode: 'max',
        subjects: null,
      }).scores ?? library.legacy.scoreHere(query, query, 0.5);
    if (!((scores[0] ?? 0) > 0.5)) {
      throw new FaceError('native_failed', `${library.name} does not recognise an embedding in itself.`);
    }
  }
}

/** The library reads both with one element type: where they differ, the one that loses no digit. */
function ofOneType<Rows extends EmbeddingRows>(rows: Rows, other: EmbeddingRows): Rows | Float64Array {
  return rows.BYTES_PER_ELEMENT === other.BYTES_PER_ELEMENT ? rows : new Float64Array(rows);
}
