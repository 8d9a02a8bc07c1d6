import { FaceError } from '@face/errors';
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { InferenceLimit } from './inference-limit.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const context = () => ({ signal: new AbortController().signal, deadline: Date.now() + 60_000 });

/** Whether there is a place now. */
async function isFree(limit: InferenceLimit): Promise<boolean> {
  return limit
    .run(context(), () => Promise.resolve())
    .then(
      () => true,
      () => false,
    );
}

async function fail(limit: InferenceLimit, error: Error): Promise<void> {
  await expect(limit.run(context(), () => Promise.reject(error))).rejects.toBe(error);
}

const lasting = (limit: InferenceLimit, milliseconds: number) =>
  limit.run(context(), () => vi.advanceTimersByTimeAsync(milliseconds));

describe('InferenceLimit', () => {
  it.each([
    ['cancelled', new FaceError('cancelled', 'The caller hung up.')],
    ['too late', new FaceError('deadline_exceeded', 'Too late.')],
  ])('keeps the place of a call that was %s as long as calls usually take', async (_, error) => {
    const limit = new InferenceLimit({ maxConcurrentCalls: 1, maxWaitingCalls: 0 });
    await fail(limit, error);
    await vi.advanceTimersByTimeAsync(990);
    expect(await isFree(limit)).toBe(false);
    await vi.advanceTimersByTimeAsync(20);
    expect(await isFree(limit)).toBe(true);
  });

  it('learns how long that is, and keeps no place for more than ten seconds', async () => {
    const limit = new InferenceLimit({ maxConcurrentCalls: 1, maxWaitingCalls: 0 });
    for (let call = 0; call < 100; call++) await lasting(limit, 20);
    await fail(limit, new FaceError('cancelled', 'The caller hung up.'));
    expect(await isFree(limit)).toBe(false);
    await vi.advanceTimersByTimeAsync(25);
    expect(await isFree(limit)).toBe(true);
    for (let call = 0; call < 100; call++) await lasting(limit, 30_000);
    await fail(limit, new FaceError('cancelled', 'The caller hung up.'));
    await vi.advanceTimersByTimeAsync(10_001);
    expect(await isFree(limit)).toBe(true);
  });

  it.each([
    new FaceError('overloaded', 'The queue is full.'),
    new FaceError('triton_failed', 'It failed.'),
    new FaceError('not_ready', 'It is away.'),
    new FaceError('deadline_exceeded', 'It waited too long in the queue.', {
      cause: Object.assign(new Error(), { code: status.UNAVAILABLE, details: 'Request timeout expired' }),
    }),
    new Error('something else'),
  ])('frees the place at once when the server has answered: $message', async (error) => {
    const limit = new InferenceLimit({ maxConcurrentCalls: 1, maxWaitingCalls: 0 });
    await fail(limit, error);
    expect(await isFree(limit)).toBe(true);
  });

  it('bounds nothing unless told to', async () => {
    const limit = new InferenceLimit({});
    const calls = Array.from({ length: 1000 }, () =>
      limit.run(context(), () => new Promise(() => undefined)),
    );
    expect(await isFree(limit)).toBe(true);
    expect(calls).toHaveLength(1000);
  });
});
