/** A face as the API answers it. */
export interface ApiFace {
  /** xmin, ymin, xmax, ymax in pixels of the upright photo. */
  readonly bbox: readonly [number, number, number, number];
  readonly confidence: number;
  /** Eyes, nose and corners of the mouth, each pair from the left of the upright face. */
  readonly landmarks: readonly (readonly [number, number])[];
  /** Base64 of little-endian float32; absent in answers of /detections. */
  readonly embedding?: string;
}

export interface PhotoAnswer {
  readonly status: number;
  /** Empty unless the status is 200. */
  readonly faces: readonly ApiFace[];
  /** Why the photo was refused. */
  readonly detail: string | undefined;
  readonly milliseconds: number;
}

/** The logistic from cosine to probability. */
export interface RerankCalibration {
  readonly alpha: number;
  readonly tau: number;
  readonly n_cal: number;
  readonly voting: boolean;
}

export interface ModelAnswer {
  readonly contract_id: string | null;
  readonly dimension: number;
  readonly flip_merge: string | null;
  readonly calibration: RerankCalibration;
}

interface PhotoBody {
  readonly results?: readonly { readonly faces: readonly ApiFace[] }[];
  readonly detail?: string;
}

interface RerankBody {
  readonly scores: readonly { readonly id: string; readonly score: number }[];
}

/** The API as a client sees it: measurements go through the whole product. */
export class ApiClient {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  /** @param url without a path */
  constructor(url: string, key = '') {
    this.#url = url;
    this.#headers = key === '' ? {} : { 'x-api-key': key };
  }

  detect(photo: Uint8Array): Promise<PhotoAnswer> {
    return this.#postPhoto('/detections', photo);
  }

  embed(photo: Uint8Array): Promise<PhotoAnswer> {
    return this.#postPhoto('/embeddings?encoding_format=base64', photo);
  }

  /**
   * @param options fields of the request beside the embeddings
   * @returns scores in the order of the candidates
   */
  async rerank(
    query: Float32Array,
    candidates: readonly Float32Array[],
    options: { readonly threshold: number; readonly gallery_size: number },
  ): Promise<number[]> {
    const body = JSON.stringify({
      ...options,
      query_embedding: toBase64(query),
      candidates: candidates.map((embedding, index) => ({
        id: String(index),
        embedding: toBase64(embedding),
      })),
    });
    const response = await fetch(`${this.#url}/api/v1/rerank`, {
      method: 'POST',
      headers: { ...this.#headers, 'content-type': 'application/json' },
      body,
    });
    if (!response.ok) throw new Error(`/rerank answered ${response.status}: ${await response.text()}`);
    const { scores } = (await response.json()) as RerankBody;
    return scores.map(({ score }) => score);
  }

  async model(): Promise<ModelAnswer> {
    const response = await fetch(`${this.#url}/api/v1/model`, { headers: this.#headers });
    if (!response.ok) throw new Error(`/model answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as ModelAnswer;
  }

  async #postPhoto(path: string, photo: Uint8Array): Promise<PhotoAnswer> {
    const start = performance.now();
    const response = await fetch(`${this.#url}/api/v1${path}`, {
      method: 'POST',
      headers: { ...this.#headers, 'content-type': 'application/octet-stream' },
      body: new Uint8Array(photo),
    });
    const body = (await response.json()) as PhotoBody;
    return {
      status: response.status,
      faces: body.results?.[0]?.faces ?? [],
      detail: body.detail,
      milliseconds: performance.now() - start,
    };
  }
}

export function toBase64(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
}

/** @throws Error when the face carries no embedding */
export function embeddingOf({ embedding }: ApiFace): Float32Array {
  if (embedding === undefined) throw new Error('the answer carries no embedding');
  return new Float32Array(Uint8Array.from(Buffer.from(embedding, 'base64')).buffer);
}

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}
