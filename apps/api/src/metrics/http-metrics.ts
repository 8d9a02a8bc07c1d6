import { Counter, Gauge, Histogram, type Registry, routeTemplate } from '@face/observability';
import type { FaceError } from '@face/errors';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BodyBudget } from '../http/body/body-budget.js';
import type { OpenResponses } from '../http/open-responses.js';
import { requestContextOf } from '../http/request-context.js';
import { statusOfCode } from '../http/status-table.js';
import { byteBuckets, countBuckets, secondBuckets } from './buckets.js';

/** Of all addresses at which there is nothing: whatever callers make up, it stays one label. */
const unknownRoute = 'unknown';

/** Caller gone, as nginx and the log have it. */
const callerGone = 499;

/** Statuses of requests that were turned away without being tried. */
const rejected: readonly number[] = [401, 413, 429, 503];

/** What is counted of each request when its answer is out. */
export class HttpMetrics {
  private readonly requests: Counter<'route' | 'status'>;
  private readonly durations: Histogram<'route' | 'status'>;
  private readonly requestBytes: Histogram<'route'>;
  private readonly responseBytes: Histogram<'route'>;
  private readonly rejections: Counter<'reason'>;
  private readonly errors: Counter<'route' | 'code'>;
  private readonly phases: Histogram<'route' | 'phase'>;
  private readonly images: Histogram<'route'>;
  private readonly faces: Histogram;
  private readonly candidates: Histogram<'route'>;

  constructor(registry: Registry, responses: OpenResponses, budget: BodyBudget) {
    const registers = [registry];
    const perRoute = (name: string, help: string, buckets: number[]) =>
      new Histogram({ name, help, labelNames: ['route'] as const, buckets, registers });
    this.requests = new Counter({
      name: 'face_api_http_requests_total',
      help: 'Requests that were answered, or whose caller hung up (status 499).',
      labelNames: ['route', 'status'],
      registers,
    });
    this.durations = new Histogram({
      name: 'face_api_http_request_duration_seconds',
      help: 'From the arrival of the headers until the answer was sent.',
      labelNames: ['route', 'status'],
      buckets: secondBuckets,
      registers,
    });
    this.requestBytes = perRoute('face_api_http_request_size_bytes', 'Bodies of requests.', byteBuckets);
    this.responseBytes = perRoute('face_api_http_response_size_bytes', 'Bodies of answers.', byteBuckets);
    this.rejections = new Counter({
      name: 'face_api_http_requests_rejected_total',
      help: 'Requests that were turned away without being tried, by the bound they met or the error code.',
      labelNames: ['reason'],
      registers,
    });
    this.errors = new Counter({
      name: 'face_api_http_errors_total',
      help: 'Requests that were answered with an error, by its code.',
      labelNames: ['route', 'code'],
      registers,
    });
    this.phases = new Histogram({
      name: 'face_api_phase_duration_seconds',
      help: 'Phases of requests: decode, inference, align, encode, rerank, merge.',
      labelNames: ['route', 'phase'],
      buckets: secondBuckets,
      registers,
    });
    this.images = perRoute('face_api_images_per_request', 'Images of requests.', countBuckets);
    this.faces = new Histogram({
      name: 'face_api_faces_per_image',
      help: 'Faces in the answer of each image.',
      buckets: [0, ...countBuckets],
      registers,
    });
    this.candidates = perRoute(
      'face_api_candidates_per_request',
      'Candidates to rerank, or embeddings to merge.',
      [1, 10, 30, 100, 300, 1000, 3000, 10_000],
    );
    new Gauge({
      name: 'face_api_http_requests_in_flight',
      help: 'Requests that are not answered yet.',
      registers,
      collect() {
        this.set(responses.count);
      },
    });
    new Gauge({
      name: 'face_api_http_body_bytes_in_flight',
      help: 'Bytes of the bodies of requests that are not answered yet.',
      registers,
      collect() {
        this.set(budget.held);
      },
    });
  }

  /** Middleware, behind the one that gives requests their context. */
  count = (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    response.once('close', () => this.record(request, response));
    next();
  };

  private record(request: IncomingMessage, response: ServerResponse): void {
    const { record } = requestContextOf(request);
    const route = routeTemplate(request) ?? unknownRoute;
    const status = response.writableFinished ? response.statusCode : callerGone;
    this.requests.inc({ route, status });
    this.durations.observe({ route, status }, (performance.now() - record.start) / 1000);
    const received = record.bodyBytes();
    if (received > 0) this.requestBytes.observe({ route }, received);
    const sent = Number(response.getHeader('content-length') ?? Number.NaN);
    if (sent >= 0) this.responseBytes.observe({ route }, sent);
    if (record.error !== undefined) this.recordError(route, record.error);
    for (const [phase, seconds] of record.clock?.seconds() ?? []) {
      this.phases.observe({ route, phase }, seconds);
    }
    if (record.images !== undefined) this.images.observe({ route }, record.images);
    if (record.candidates !== undefined) this.candidates.observe({ route }, record.candidates);
    for (const faces of record.facesByImage ?? []) this.faces.observe(faces);
  }

  private recordError(route: string, { code, limit }: FaceError): void {
    this.errors.inc({ route, code });
    if (rejected.includes(statusOfCode[code])) this.rejections.inc({ reason: limit ?? code });
  }
}
