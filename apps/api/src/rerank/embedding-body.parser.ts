import { FaceError } from '@face/errors';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { availableParallelism } from 'node:os';
import { Settings } from '../config/settings.js';
import type { JsonParser, ParsedRequest } from '../http/body/json-parser.js';
import { bodyMemory } from './body/body-memory.js';
import type { BodyJob, BodyResult } from './body/body-messages.js';
import { BodyThreads } from './body/body-threads.js';
import { cutInSteps, isParsedQuickly, joinBody, readEmbeddingBody } from './body/embedding-body.js';
import { markedRows, putRowsBack } from './body/marked-rows.js';
import { Places } from './body/places.js';
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

/** Large bodies that are read but not answered. With more of them nothing goes faster, and each takes memory. */
const mostAtWork = 2 * threads + 2;

/** Reads bodies of /rerank and /merge: embeddings into typed rows, everything else as JSON.parse does. */
@Injectable()
export class EmbeddingBodyParser implements JsonParser, OnModuleDestroy {
  readonly #memory = bodyMemory();
  readonly #places = new Places(mostAtWork);
  readonly #turns = new Turns();
  readonly #threads = new BodyThreads(threads);

  constructor(private readonly settings: Settings) {}

  async onModuleDestroy(): Promise<void> {
    await this.#threads.close();
  }

  memoryFor(bytes: number): Buffer<ArrayBuffer> {
    if (bytes <= parsedAtOnce) return Buffer.allocUnsafeSlow(bytes);
    return Buffer.from(this.#memory.take(bytes), 0, bytes);
  }

  /**
   * @throws FaceError as parseJson() does; `payload_too_large` when a thread's memory is not enough for it;
   * `validation_failed` and `too_many_candidates` when it is large beside its embeddings too.
   */
  async parse(bytes: Buffer<ArrayBuffer>, request: ParsedRequest): Promise<unknown> {
    if (bytes.length <= parsedAtOnce) return readEmbeddingBody(bytes);
    await this.#places.take(request.signal, request.handled);
    const value = await this.#readInTurns(bytes, request);
    if (value === undefined) return this.#readInThread(bytes, request);
    this.#memory.giveBack(bytes.buffer);
    return value;
  }

  /** Undefined when it would take too long, or something is wrong. */
  async #readInTurns(bytes: Buffer, { signal }: ParsedRequest): Promise<unknown> {
    if (bytes.length > mostOnEventLoop) return undefined;
    const rows = new RowCollector();
    let value: unknown;
    try {
      const tooLong = () => rows.parsedNumbers > mostNumbers;
      const text = await this.#turns.run(cutInSteps(bytes, rows), tooLong, signal);
      if (text !== undefined && isParsedQuickly(text)) value = joinBody(text, markedRows(rows));
    } finally {
      if (value === undefined) rows.discard();
    }
    return value;
  }

  async #readInThread(bytes: Buffer<ArrayBuffer>, { type, signal }: ParsedRequest): Promise<unknown> {
    const ask = (task: BodyJob['task'], body: Uint8Array<ArrayBuffer>) =>
      this.#threads.read(
        { bytes: body, task, type: type.name, maxCandidates: this.settings.maxCandidates },
        signal,
      );
    const result = await ask('cut', bytes);
    if (result.kind !== 'cut') return valueOf(result);
    const value = joinBody(result.text, result.marked);
    if (value === undefined) return valueOf(await ask('refuse', result.bytes));
    this.#memory.giveBack(result.bytes.buffer);
    return value;
  }
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
