import type { FaceError } from '@face/errors';
import type { RequestFacts } from '@face/observability';
import type { Span } from '@opentelemetry/api';
import { StageClock } from './stage-clock.js';

/** What becomes known of a request on its way, for its line in the log, its trace and the metrics. Numbers only. */
export class RequestRecord {
  /** As of performance.now(), at the arrival of the headers. */
  readonly start = performance.now();
  images: number | undefined;
  /** Of each image that could be used. */
  facesByImage: readonly number[] | undefined;
  candidates: number | undefined;
  /** What the request was answered with instead of a result. */
  error: FaceError | undefined;
  /** Of the request, when it is part of a trace. */
  span: Span | undefined;
  /** Bytes of the body that were announced or came. */
  bodyBytes = () => 0;
  #clock: StageClock | undefined;

  /** The clock of the work proper, which runs from now on. */
  startClock(): StageClock {
    return (this.#clock = new StageClock());
  }

  get clock(): StageClock | undefined {
    return this.#clock;
  }

  get faces(): number | undefined {
    return this.facesByImage?.reduce((sum, faces) => sum + faces, 0);
  }

  get traceId(): string | undefined {
    return this.span?.spanContext().traceId;
  }

  /** For the line in the log. */
  facts(): RequestFacts {
    const { traceId: trace_id, images, faces, candidates } = this;
    return { trace_id, images, faces, candidates, code: this.error?.code };
  }
}
