/** Answers of the API as the tests read them. */
export interface FaceAnswer {
  readonly bbox: [number, number, number, number];
  readonly confidence: number;
  readonly landmarks: [number, number][];
  readonly face_size: number;
  readonly embedding: number[] | string;
  readonly aligned_face: string | null;
}

export interface ImageAnswer {
  readonly image_id: string;
  readonly faces: FaceAnswer[];
  readonly num_faces: number;
  readonly error?: { readonly code: string; readonly detail: string };
}

export interface EmbeddingsAnswer {
  readonly results: ImageAnswer[];
  readonly timings_ms: {
    readonly decode_ms: number;
    readonly inference_ms: number;
    readonly total_ms: number;
  };
  readonly normalized_embeddings: boolean;
  readonly included_aligned_faces: boolean;
  readonly model: { readonly contract_id: string | null; readonly dimension: number };
}

export interface RerankAnswer {
  readonly scores: {
    readonly id: string;
    readonly score: number;
    readonly cosine: number;
    readonly accepted: boolean;
  }[];
  readonly threshold_applied: number;
  readonly candidate_count: number;
  readonly calibration: { readonly alpha: number; readonly tau: number; readonly calibrated: boolean };
}

export interface ErrorAnswer {
  readonly detail: string;
  readonly code: string;
  readonly request_id: string;
  readonly errors?: { readonly path: string; readonly message: string }[];
}

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** Stacks, and paths of the server and of what it is made of. */
const inside = /node_modules|\bat .+:\d+:\d+|file:\/\/|\/(tmp|work|home|root|opt|usr)\/|\w\.m?js\b/;

/**
 * One request and its JSON answer; `Body` is what the test expects to find in it.
 * @throws Error when a refusal tells of the inside of the server: so every suite looks for that.
 */
export async function request<Body>(url: string, init: RequestInit = {}): Promise<Answer<Body>> {
  const response = await fetch(url, init);
  const text = await response.text();
  if (!response.ok && inside.test(text)) throw new Error(`An answer tells too much: ${text.slice(0, 500)}`);
  return { status: response.status, headers: response.headers, body: JSON.parse(text) as Body };
}

export function postJson<Body>(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<Body>> {
  return request<Body>(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

/** Base64 of little-endian float32, as the API writes embeddings. */
export function readBase64Vector(text: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);
}

export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let dot = 0;
  let normA = 0;
  let normB = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] ?? Number.NaN;
    const y = b[i] ?? Number.NaN;
    dot += x * y;
    normA += x * x;
    normB += y * y;
  }
  return dot / Math.sqrt(normA * normB);
}
