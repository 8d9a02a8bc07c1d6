import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ReadingPace } from './reading-pace.js';

const megabyte = 1_048_576;

/** Bodies that are being read, in the order of their arrival. */
function arrive(pace: ReadingPace, count: number): IncomingMessage[] {
  const requests = Array.from({ length: count }, () => new PassThrough() as unknown as IncomingMessage);
  for (const request of requests) pace.enter(request);
  return requests;
}

const waiting = (requests: readonly IncomingMessage[]) => requests.map((request) => request.isPaused());

describe('ReadingPace', () => {
  it('lets one turn take in a megabyte, and the body that began first go on in the next', async () => {
    const pace = new ReadingPace();
    const requests = arrive(pace, 3);
    const [first, second, third] = requests as [IncomingMessage, IncomingMessage, IncomingMessage];
    pace.took(third, megabyte - 10);
    expect(waiting(requests)).toEqual([false, false, false]);
    for (const request of [second, first, third]) pace.took(request, 10);
    expect(waiting(requests)).toEqual([true, true, true]);
    await nextTurn();
    expect(waiting(requests)).toEqual([false, true, true]);
    pace.took(first, megabyte);
    await nextTurn();
    expect(waiting(requests)).toEqual([false, true, true]);
  });

  it('lets others go on when the first bring little', async () => {
    const pace = new ReadingPace();
    const requests = arrive(pace, 12);
    for (const request of requests) pace.took(request, megabyte);
    expect(waiting(requests)).not.toContain(false);
    await nextTurn();
    expect(waiting(requests).filter((paused) => paused)).toHaveLength(11);
    await nextTurn();
    expect(waiting(requests)).toEqual([...new Array<boolean>(9).fill(false), true, true, true]);
    const [later] = arrive(pace, 1);
    expect(later?.isPaused()).toBe(true);
    await nextTurn();
    expect(waiting([...requests, ...(later === undefined ? [] : [later])])).not.toContain(true);
  });

  it('leaves a body alone that nobody reads any more', async () => {
    const pace = new ReadingPace();
    const [request] = arrive(pace, 1) as [IncomingMessage];
    pace.took(request, 2 * megabyte);
    pace.leave(request);
    await nextTurn();
    expect(request.isPaused()).toBe(true);
  });
});
