import { FaceError } from '@face/errors';
import { releaseBytes } from '@face/image';
import { Injectable, type OnModuleDestroy, type Type } from '@nestjs/common';
import { availableParallelism } from 'node:os';
import { Settings } from '../config/settings.js';
import type { JsonParser } from '../http/body/json-parser.js';
import type { BodyJob, BodyResult } from './body/body-messages.js';
import { BodyThreads } from './body/body-threads.js';
import { cutInSteps, joinBody, longestText, readEmbeddingBody } from './body/embedding-body.js';
import { markedRows, putRowsBack } from './body/marked-rows.js';
import { RowCollector } from './body/row-collector.js';
import { Turns } from './body/turns.js';

/** Bytes that are parsed on the event loop at once, whatever they are: in less than a millisecond. */
const parsedAtOnce = 262_144;

/** Numbers that are parsed on the event loop; what has more goes to a thread. Base64 takes a hundredth of their time. */
const mostNumbers = 4096;

/** More than a thousand candidates need. Already finding out that so much is UTF-8 takes milliseconds. */
const mostOnEventLoop = 33_554_432;

/** One core stays free for the event loop. More threads than this wait for the network anyway. */
const threads = Math.max(1, Math.min(4, availableParallelism() - 1));

type Bytes = Uint8Array<ArrayBuffer>;

/** Reads bodies of /rerank and /merge: embeddings into typed rows, everything else as JSON.parse does. */
@Injectable()
export class EmbeddingBodyParser implements JsonParser, OnModuleDestroy {
  readonly #threads = new BodyThreads(threads);
  readonly #turns = new Turns();

  constructor(private readonly settings: Settings) {}

  async onModuleDestroy(): Promise<void> {
    await this.#threads.close();
  }

  /**
   * @throws FaceError as parseJson() does; `payload_too_large` when a thread's memory is not enough for it;
   * `validation_failed` and `too_many_candidates` when it is large beside its embeddings too.
   */
  async parse(bytes: Buffer<ArrayBuffer>, type: Type<object>, signal: AbortSignal): Promise<unknown> {
    if (bytes.length <= parsedAtOnce) return readEmbeddingBody(bytes);
    const value = await this.#readInTurns(bytes, signal);
    return value ?? (await this.#readInThread(bytes, type, signal));
  }

  /** Undefined when it would take too long, or something is wrong. */
  async #readInTurns(bytes: Buffer, signal: AbortSignal): Promise<unknown> {
    if (bytes.length > mostOnEventLoop) return undefined;
    const rows = new RowCollector();
    const tooLong = () => rows.parsedNumbers > mostNumbers;
    const text = await this.#turns.run(cutInSteps(bytes, rows), tooLong, signal);
    return text === undefined || text.length > longestText ? undefined : joinBody(text, markedRows(rows));
  }

  async #readInThread(bytes: Buffer<ArrayBuffer>, type: Type<object>, signal: AbortSignal): Promise<unknown> {
    const ask = (task: BodyJob['task'], body: Bytes) =>
      this.#threads.read(
        { bytes: body, task, type: type.name, maxCandidates: this.settings.maxCandidates },
        signal,
      );
    const result = await ask('cut', ownMemory(bytes));
    if (result.kind !== 'cut') return valueOf(result);
    const value = joinBody(result.text, result.marked);
    if (value === undefined) return valueOf(await ask('refuse', result.bytes));
    releaseBytes(result.bytes);
    return value;
  }
}

/** Only a whole ArrayBuffer can go to another thread. */
function ownMemory(bytes: Buffer<ArrayBuffer>): Bytes {
  return bytes.length === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
}

function valueOf(result: BodyResult): unknown {
  switch (result.kind) {
    case 'value':
      return putRowsBack(result.value, result.marked);
    case 'refused': {
      const { code, message, errors, cause } = result.error;
      throw new FaceError(code, message, { cause, ...(errors === undefined ? {} : { errors }) });
    }
    case 'failed':
      throw result.error;
    case 'cut':
      throw new Error('A thread found nothing wrong with a body that is no JSON.');
  }
}
