import { FaceError } from '@face/errors';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { decodingTimedOut, type ImageLimits } from './image-limits.js';
import type { JimpAnswer, JimpRequest } from './jimp.worker.js';
import type { Pixels } from './pixels.js';

/** Beside this file and of its kind: compiled, or TypeScript that Node strips of its types (in unit tests). */
const program = new URL(`./jimp.worker${extname(import.meta.url)}`, import.meta.url);

/** More pictures than this do not wait. */
const longestQueue = 32;

/** Heap of the worker; pictures themselves lie outside of it. */
const heapMegabytes = 512;

/**
 * A thread that decodes one picture after the other with jimp, which would block the event loop for seconds. It
 * starts with the first picture, is replaced when it hangs or dies, and does not keep the process alive.
 */
export class JimpWorker {
  private worker: Worker | undefined;
  private settle: ((answer: JimpAnswer) => void) | undefined;
  private last: Promise<unknown> = Promise.resolve();
  private queued = 0;

  /** @throws FaceError `invalid_image`, `deadline_exceeded`, `overloaded` */
  async decode(bytes: Uint8Array, format: string, limits: ImageLimits): Promise<Pixels> {
    if (this.queued >= longestQueue) {
      throw new FaceError('overloaded', `Too many ${format} images wait to be decoded.`, {
        retryAfterSeconds: 1,
        limit: 'decoder_queue',
      });
    }
    this.queued++;
    const answer = this.last.then(() => this.ask(bytes, limits)).finally(() => this.queued--);
    this.last = answer.catch(() => undefined);
    const pixels = await answer;
    if (!('error' in pixels)) return pixels;
    throw new FaceError('invalid_image', `The ${format} image cannot be decoded.`, { cause: pixels.error });
  }

  /** Ends the thread; a picture that is being decoded fails. */
  async close(): Promise<void> {
    await this.worker?.terminate();
  }

  private async ask(bytes: Uint8Array, limits: ImageLimits): Promise<JimpAnswer> {
    const worker = (this.worker ??= this.start());
    const copy = new Uint8Array(bytes);
    let timer: NodeJS.Timeout | undefined;
    worker.ref();
    try {
      return await new Promise((resolve, reject) => {
        this.settle = resolve;
        timer = setTimeout(() => {
          this.worker = undefined;
          void worker.terminate();
          reject(decodingTimedOut(limits));
        }, limits.timeoutSeconds * 1000);
        const request: JimpRequest = { bytes: copy, maxPixels: limits.maxPixels };
        worker.postMessage(request, [copy.buffer]);
      });
    } finally {
      clearTimeout(timer);
      worker.unref();
    }
  }

  private start(): Worker {
    const worker = new Worker(program, { resourceLimits: { maxOldGenerationSizeMb: heapMegabytes } });
    const ended = (cause: unknown): void => {
      if (this.worker !== worker) return;
      this.worker = undefined;
      this.settle?.({ error: String(cause) });
    };
    worker.on('message', (answer: JimpAnswer) => this.worker === worker && this.settle?.(answer));
    worker.on('error', ended);
    worker.on('exit', (code) => ended(`the decoder ended with code ${code}`));
    return worker;
  }
}
