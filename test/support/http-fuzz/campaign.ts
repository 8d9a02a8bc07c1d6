import { readFileSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { seededRandom } from '../../../scripts/measure/seeded-random.js';
import { ByteMutator } from './byte-mutator.js';
import { rawExchange } from './raw-exchange.js';
import { type SampleBody, sampleBodies, samplePictures } from './sample-requests.js';
import { mutateValue } from './value-mutator.js';

export interface CampaignOptions {
  /** Of the API, without a path. */
  readonly url: string;
  readonly key: string;
  /** Of the API's process, whose memory is looked at. */
  readonly pid: number;
  /** A photo with a face. */
  readonly photo: Buffer;
  /** Further pictures to change. */
  readonly pictures: readonly Buffer[];
  readonly dimension: number;
  /** Requests. */
  readonly count: number;
  readonly seed: string;
  /** The server's deadline of a request. */
  readonly deadlineSeconds: number;
}

export interface CampaignReport {
  /** Answers by status; 0 where the connection was closed without one, which only bytes that are no HTTP may meet. */
  readonly statuses: ReadonlyMap<number, number>;
  /** What must not be, with what leads there again. */
  readonly findings: readonly string[];
  readonly slowestMilliseconds: number;
  /** The most resident memory of the API in each tenth of the campaign. Only Linux tells. */
  readonly megabytes: readonly number[];
  readonly seconds: number;
}

/** Answers come a little after the deadline: a timer fires late on a busy machine. */
const lateMilliseconds = 2000;
const concurrency = 8;
const mostFindings = 20;
const refusals = new Set([400, 401, 404, 405, 408, 413, 415, 422, 429, 431]);

interface Outcome {
  readonly status: number;
  readonly body: string;
}

/** Sends changed pictures, bodies and requests, and looks whether each is answered as a server should. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const { url, key, count, seed, pid, deadlineSeconds } = options;
  const pictures = [...(await samplePictures(options.photo)), ...options.pictures];
  const bodies = sampleBodies(pictures, options.dimension);
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const statuses = new Map<number, number>();
  const findings: string[] = [];
  const patience = deadlineSeconds * 1000 + lateMilliseconds;
  const megabytes: number[] = [];
  let slowest = 0;
  let next = 0;

  const sendOne = async (index: number): Promise<void> => {
    // Each request by itself can be made again from its number.
    const attempt = attemptOf(new ByteMutator(seededRandom(`${seed} ${index}`)), pictures, bodies);
    const start = performance.now();
    const find = (what: string) =>
      findings.push(`${what} (seed '${seed}', request ${index}, ${attempt.kind})`);
    try {
      const outcome =
        attempt.kind === 'raw'
          ? statusOfRaw(await rawExchange(url, attempt.bytes(key), patience))
          : await exchange(url, agent, key, attempt, patience);
      statuses.set(outcome.status, (statuses.get(outcome.status) ?? 0) + 1);
      const wrong = wrongWith(outcome, attempt.kind);
      if (wrong !== undefined) find(wrong);
    } catch (error) {
      find(error instanceof Error ? error.message : String(error));
    }
    const milliseconds = performance.now() - start;
    if (milliseconds > patience) find(`answered after ${Math.round(milliseconds)} ms`);
    slowest = Math.max(slowest, milliseconds);
  };

  const started = performance.now();
  const worker = async () => {
    while (next < count && findings.length < mostFindings) {
      const index = next++;
      await sendOne(index);
      if (index % 100 !== 0) continue;
      const tenth = Math.floor((index / count) * 10);
      megabytes[tenth] = Math.max(megabytes[tenth] ?? 0, residentMegabytes(pid));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  agent.destroy();
  return {
    statuses,
    findings,
    slowestMilliseconds: slowest,
    megabytes,
    seconds: (performance.now() - started) / 1000,
  };
}

interface HttpAttempt {
  readonly kind: 'picture' | 'form' | 'json';
  readonly path: string;
  readonly type: string;
  readonly body: Buffer;
}

type Attempt = HttpAttempt | { readonly kind: 'raw'; readonly bytes: (key: string) => Buffer };

/** Of ten requests five are pictures, three JSON, one a form, and one bytes that were HTTP once. */
function attemptOf(chance: ByteMutator, pictures: readonly Buffer[], bodies: readonly SampleBody[]): Attempt {
  const path = chance.one(['/api/v1/embeddings', '/api/v1/detections']);
  const picture = () => chance.mutate(chance.one(pictures), pictures);
  const kind = chance.below(10);
  if (kind < 5) {
    return {
      kind: 'picture',
      path,
      type: chance.one(['application/octet-stream', 'image/jpeg']),
      body: picture(),
    };
  }
  if (kind < 8) {
    const sample = chance.one(bodies);
    const text = Buffer.from(mutateValue(sample.value, chance));
    const body = chance.below(4) === 0 ? chance.mutate(text, pictures) : text;
    return { kind: 'json', path: sample.path, type: 'application/json', body };
  }
  if (kind === 8) {
    const whole = form(picture());
    const body = chance.below(2) === 0 ? chance.mutate(whole, pictures) : whole;
    return { kind: 'form', path, type: 'multipart/form-data; boundary=limit', body };
  }
  const { path: place, value } = chance.one(bodies);
  return {
    kind: 'raw',
    bytes: (key) => {
      const body = JSON.stringify(value);
      const head = `POST ${place} HTTP/1.1\r\nHost: x\r\nX-API-KEY: ${key}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`;
      return Buffer.concat([chance.mutate(Buffer.from(head), []), Buffer.from(body)]);
    },
  };
}

function form(picture: Buffer): Buffer {
  const part = (lines: string, content: Buffer) =>
    Buffer.concat([
      Buffer.from(`--limit\r\nContent-Disposition: form-data; ${lines}\r\n\r\n`),
      content,
      Buffer.from('\r\n'),
    ]);
  return Buffer.concat([
    part('name="max_faces"', Buffer.from('2')),
    part('name="images"; filename="a.jpg"', picture),
    Buffer.from('--limit--\r\n'),
  ]);
}

function exchange(
  url: string,
  agent: Agent,
  key: string,
  attempt: HttpAttempt,
  patience: number,
): Promise<Outcome> {
  const { path, type, body } = attempt;
  return new Promise((resolve, reject) => {
    const headers = { 'x-api-key': key, 'content-type': type, 'content-length': body.length };
    const request = httpRequest(url + path, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
      );
      response.on('error', reject);
    });
    request.setTimeout(patience, () => request.destroy(new Error(`no answer within ${patience} ms`)));
    request.on('error', reject);
    request.end(body);
  });
}

function statusOfRaw(received: string): Outcome {
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(received)?.[1] ?? 0);
  return { status, body: received.slice(received.indexOf('\r\n\r\n') + 4) };
}

function wrongWith({ status, body }: Outcome, kind: Attempt['kind']): string | undefined {
  if (status === 200) return undefined;
  // What is no HTTP may be cut off, and Node answers a request without a host in its own way.
  if (kind === 'raw' && (status === 0 || body === '' || (status >= 400 && status < 500))) return undefined;
  if (!refusals.has(status)) return `answered ${status}: ${body.slice(0, 300)}`;
  const answer = readAnswer(body);
  if (answer === undefined) return `answered ${status} in another form: ${body.slice(0, 300)}`;
  // The stack of an error, the path of a file: nothing of it may come out.
  return /\bat .+:\d+:\d+|node_modules/.test(body) ? `told of its inside: ${body.slice(0, 300)}` : undefined;
}

function readAnswer(body: string): object | undefined {
  try {
    const answer = JSON.parse(body) as Record<string, unknown>;
    const complete = ['detail', 'code', 'request_id'].every((name) => typeof answer[name] === 'string');
    return complete ? answer : undefined;
  } catch {
    return undefined;
  }
}

function residentMegabytes(pid: number): number {
  if (process.platform !== 'linux') return Number.NaN;
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}
