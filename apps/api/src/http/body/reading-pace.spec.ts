import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ReadingPace } from './reading-pace.js';

const megabyte = 1_048_576;
const request = () => new PassThrough() as unknown as IncomingMessage;

describe('ReadingPace', () => {
  it('lets one turn take in a megabyte, and the rest wait for the next', async () => {
    const pace = new ReadingPace();
    const [first, second] = [request(), request()];
    pace.took(first, megabyte);
    expect(first.isPaused()).toBe(false);
    pace.took(second, 1);
    pace.took(first, 1);
    expect([first.isPaused(), second.isPaused()]).toEqual([true, true]);
    await nextTurn();
    expect([first.isPaused(), second.isPaused()]).toEqual([false, false]);
    pace.took(first, megabyte);
    expect(first.isPaused()).toBe(false);
  });

  it('lets a few go on at a time, in the order in which they had to wait', async () => {
    const pace = new ReadingPace();
    const greedy = request();
    pace.took(greedy, 2 * megabyte);
    const later = Array.from({ length: 11 }, request);
    for (const each of later) pace.enter(each);
    const waiting = () => [greedy, ...later].filter((each) => each.isPaused()).length;
    expect(waiting()).toBe(12);
    await nextTurn();
    expect(waiting()).toBe(4);
    expect(greedy.isPaused()).toBe(false);
    const last = request();
    pace.enter(last);
    await nextTurn();
    expect([waiting(), last.isPaused()]).toEqual([0, false]);
    const free = request();
    pace.enter(free);
    expect(free.isPaused()).toBe(false);
  });

  it('leaves a body alone that nobody reads any more', async () => {
    const pace = new ReadingPace();
    const given = request();
    pace.took(given, 2 * megabyte);
    pace.leave(given);
    await nextTurn();
    expect(given.isPaused()).toBe(true);
  });
});
