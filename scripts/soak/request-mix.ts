import sharp from 'sharp';
import { toBase64 } from '../measure/api-client.ts';
import { type Random, seededRandom } from '../measure/seeded-random.ts';

/** One request as it is sent. */
export interface PlannedRequest {
  readonly kind: string;
  readonly path: string;
  /** Undefined for GET. */
  readonly body: Buffer | undefined;
  readonly type: string;
  /** The only status that is right, apart from 429. */
  readonly expected: number;
  /** Milliseconds after which the caller goes away without its answer. */
  readonly hangUpAfter: number | undefined;
}

/** Of a hundred requests. */
const shares = {
  photo: 40,
  'photo as base64': 18,
  'batch of 4': 8,
  detections: 5,
  rerank: 7,
  'rerank in base64': 7,
  health: 6,
  'wrong input': 5,
  'hangs up': 4,
} as const;
type Kind = keyof typeof shares;

/** Widths that callers send: what is decoded differs in size, so that free memory comes in many sizes, too. */
const widths = [320, 480, 640, 960, 1280];
const candidates = 100;
/** A first answer takes about so long: some go before the body is read, some while models run. */
const longestPatience = 60;

const json = 'application/json';
const embeddings = '/api/v1/embeddings';

/** Requests as a service gets them from many callers, by chance, and the same in every run. */
export class RequestMix {
  readonly #random: Random;
  readonly #requests: Readonly<Record<Kind, readonly PlannedRequest[]>>;

  private constructor(seed: string, requests: Readonly<Record<Kind, readonly PlannedRequest[]>>) {
    this.#random = seededRandom(`soak ${seed}`);
    this.#requests = requests;
  }

  /**
   * @param photos JPEG files with faces
   * @param dimension of the embeddings
   */
  static async make(seed: string, photos: readonly Buffer[], dimension: number): Promise<RequestMix> {
    const sizes = photos.flatMap((photo) => widths.map((width) => ({ photo, width })));
    const jpegs: Buffer[] = [];
    // One after the other: all at once would be the largest load of the whole run.
    for (const { photo, width } of sizes) jpegs.push(await sharp(photo).resize({ width }).jpeg().toBuffer());
    const whole = jpegs.map((photo) => request('photo', embeddings, photo, 'image/jpeg'));
    const random = seededRandom(`vectors ${seed}`);
    return new RequestMix(seed, {
      photo: whole,
      'photo as base64': jpegs.map((photo) => request('photo as base64', embeddings, images([photo]), json)),
      'batch of 4': jpegs.map((_, first) => {
        const four = [0, 7, 13, 22].map((step) => jpegs[(first + step) % jpegs.length] ?? Buffer.alloc(0));
        return request('batch of 4', embeddings, images(four), json);
      }),
      detections: jpegs.map((photo) => request('detections', '/api/v1/detections', photo, 'image/jpeg')),
      rerank: [rerank('rerank', random, dimension, (vector) => [...vector])],
      'rerank in base64': [rerank('rerank in base64', random, dimension, toBase64)],
      health: [
        request('health', '/healthz', undefined, ''),
        request('health', '/healthz/ready', undefined, ''),
      ],
      'wrong input': wrongRequests(jpegs[0] ?? Buffer.alloc(0)),
      'hangs up': whole.map((each) => ({ ...each, kind: 'hangs up' })),
    });
  }

  next(): PlannedRequest {
    const kind = this.#nextKind();
    const planned = this.#one(this.#requests[kind]);
    return kind === 'hangs up' ? { ...planned, hangUpAfter: this.#random() * longestPatience } : planned;
  }

  #nextKind(): Kind {
    let left = this.#random() * Object.values(shares).reduce((sum, share) => sum + share, 0);
    for (const [kind, share] of Object.entries(shares)) {
      left -= share;
      if (left < 0) return kind as Kind;
    }
    return 'photo';
  }

  #one<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#random() * items.length)] as Item;
  }
}

function request(
  kind: Kind,
  path: string,
  body: Buffer | undefined,
  type: string,
  expected = 200,
): PlannedRequest {
  return { kind, path, body, type, expected, hangUpAfter: undefined };
}

/** What callers get wrong, each answered by another part of the API. */
function wrongRequests(photo: Buffer): PlannedRequest[] {
  const wrong = (body: Buffer, type: string, expected: number, path = embeddings) =>
    request('wrong input', path, body, type, expected);
  const written = (value: unknown) => Buffer.from(JSON.stringify(value));
  return [
    wrong(Buffer.from('no photo at all'), 'image/jpeg', 400),
    wrong(photo.subarray(0, 200), 'image/jpeg', 400),
    wrong(written({ images: [{ data: '*not base64*' }] }), json, 400),
    wrong(written({ images: [] }), json, 422),
    wrong(written({ pictures: [] }), json, 422),
    wrong(Buffer.from('{"images": ['), json, 422),
    wrong(Buffer.from('a,b'), 'text/csv', 415),
    wrong(
      written({ query_embedding: [1, 2, 3], candidates: [{ id: 'a', embedding: [1, 2, 3] }] }),
      json,
      400,
      '/api/v1/rerank',
    ),
    wrong(written({}), json, 404, '/api/v1/nothing'),
  ];
}

function rerank(
  kind: Kind,
  random: Random,
  dimension: number,
  write: (vector: Float32Array) => unknown,
): PlannedRequest {
  const vector = () => write(Float32Array.from({ length: dimension }, () => random() - 0.5));
  const body = {
    query_embedding: vector(),
    candidates: Array.from({ length: candidates }, (_, index) => ({
      id: String(index),
      embedding: vector(),
    })),
  };
  return request(kind, '/api/v1/rerank', Buffer.from(JSON.stringify(body)), json);
}

function images(photos: readonly Buffer[]): Buffer {
  return Buffer.from(JSON.stringify({ images: photos.map((photo) => ({ data: photo.toString('base64') })) }));
}
