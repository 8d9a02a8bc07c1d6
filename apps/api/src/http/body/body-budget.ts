import { FaceError } from '@face/errors';
import { Injectable } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { Settings } from '../../config/settings.js';

/**
 * Bounds how many bytes of bodies one process holds at a time. A limit on requests alone would let as many of the
 * largest bodies in, which is more memory than most machines have.
 */
@Injectable()
export class BodyBudget {
  #held = 0;

  constructor(private readonly settings: Settings) {}

  /** Bytes of all bodies that were taken in, or announced, and are not answered yet. */
  get held(): number {
    return this.#held;
  }

  /** Room for the body of one request, nothing yet. It is given back when the answer is out or the caller is gone. */
  open(response: ServerResponse): BodyReservation {
    const most = this.settings.maxBodyBytesInFlight;
    const reservation = new BodyReservation((bytes) => {
      if (this.#held + bytes > most) throw overloaded(most);
      this.#held += bytes;
    });
    // Comes once for every response that was begun or not, after whatever happened to it.
    response.once('close', () => (this.#held -= reservation.bytes));
    return reservation;
  }
}

/** What one body takes of the budget. */
export class BodyReservation {
  #bytes = 0;

  constructor(private readonly take: (bytes: number) => void) {}

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Makes it at least as large as `bytes`.
   * @throws FaceError `overloaded` when the budget does not have so much left; it stays as it was then
   */
  ensure(bytes: number): void {
    if (bytes <= this.#bytes) return;
    this.take(bytes - this.#bytes);
    this.#bytes = bytes;
  }
}

function overloaded(most: number): FaceError {
  const sentence = `The bodies of the requests that are being worked on take all of the ${most} bytes that this server has for them.`;
  return new FaceError('overloaded', sentence, { retryAfterSeconds: 1, limit: 'body_bytes' });
}
