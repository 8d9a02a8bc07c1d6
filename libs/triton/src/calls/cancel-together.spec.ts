import { FaceError } from '@face/errors';
import { describe, expect, it } from 'vitest';
import { cancelTogether } from './cancel-together.js';

const context = (signal = new AbortController().signal) => ({ signal, deadline: Date.now() + 1000 });

describe('cancelTogether', () => {
  it('aborts what still runs when one part fails', async () => {
    const failure = new FaceError('triton_failed', 'No.');
    const seen = Promise.withResolvers<unknown>();
    const work = cancelTogether(context(), ({ signal }) => {
      signal.addEventListener('abort', () => seen.resolve(signal.reason));
      return Promise.reject(failure);
    });
    await expect(work).rejects.toBe(failure);
    expect(await seen.promise).toBe(failure);
  });

  it('hands the abort of the caller on, with its reason', async () => {
    const controller = new AbortController();
    const reason = await cancelTogether(context(controller.signal), ({ signal }) => {
      const seen = new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason)));
      controller.abort('gone');
      return seen;
    });
    expect(reason).toBe('gone');
  });

  it('is aborted from the start when the caller has gone already', async () => {
    const aborted = await cancelTogether(context(AbortSignal.abort()), ({ signal }) =>
      Promise.resolve(signal.aborted),
    );
    expect(aborted).toBe(true);
  });
});
