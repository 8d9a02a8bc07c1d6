import { FaceError } from '@face/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallLimit } from './call-limit.js';

const patient = { signal: new AbortController().signal, deadline: Date.now() + 60_000 };

describe('CallLimit', () => {
  it('never runs more than allowed, keeps the order, and goes on after failures', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.boolean(), { maxLength: 20 }),
        async (most, fails) => {
          const limit = new CallLimit(most);
          const started: number[] = [];
          let running = 0;
          let peak = 0;
          const calls = fails.map((fail, index) =>
            limit.run(patient, async () => {
              started.push(index);
              peak = Math.max(peak, ++running);
              await Promise.resolve();
              running -= 1;
              if (fail) throw new Error('failed');
              return index;
            }),
          );
          const settled = await Promise.allSettled(calls);
          expect(settled.map(({ status }) => status === 'rejected')).toEqual(fails);
          expect(started).toEqual(fails.map((_, index) => index));
          expect(peak).toBe(Math.min(most, fails.length));
        },
      ),
    );
  });

  it('refuses at once what may not wait any more', async () => {
    const limit = new CallLimit(1, 1);
    const gate = Promise.withResolvers<string>();
    const first = limit.run(patient, () => gate.promise);
    const second = limit.run(patient, () => Promise.resolve('second'));
    await expect(limit.run(patient, () => Promise.resolve('third'))).rejects.toMatchObject({
      code: 'overloaded',
      retryAfterSeconds: 1,
    });
    gate.resolve('first');
    expect(await Promise.all([first, second])).toEqual(['first', 'second']);
    expect(await limit.run(patient, () => Promise.resolve('fourth'))).toBe('fourth');
  });

  it('lets those go whose time is over or whose caller went away, without a call and without their place', async () => {
    const limit = new CallLimit(1);
    const gate = Promise.withResolvers<void>();
    const first = limit.run(patient, () => gate.promise);
    let called = 0;
    const call = () => Promise.resolve((called += 1));
    const caller = new AbortController();
    const late = limit.run({ ...patient, deadline: Date.now() + 20 }, call);
    const gone = limit.run({ ...patient, signal: caller.signal }, call);
    const last = limit.run(patient, call);
    await expect(late).rejects.toMatchObject({ code: 'deadline_exceeded' });
    caller.abort(new FaceError('cancelled', 'The caller hung up.'));
    await expect(gone).rejects.toMatchObject({ code: 'cancelled', message: 'The caller hung up.' });
    gate.resolve();
    await Promise.all([first, last]);
    expect(called).toBe(1);
  });

  it('starts nothing for a caller who is gone or too late already, even when there is a place', async () => {
    const limit = new CallLimit(1);
    const never = () => Promise.reject(new Error('was called'));
    await expect(limit.run({ ...patient, signal: AbortSignal.abort() }, never)).rejects.toMatchObject({
      code: 'cancelled',
    });
    await expect(limit.run({ ...patient, deadline: Date.now() - 1 }, never)).rejects.toMatchObject({
      code: 'deadline_exceeded',
    });
    expect(await limit.run(patient, () => Promise.resolve('free'))).toBe('free');
  });

  it('loses no place when turn and end of patience come together', async () => {
    const caller = new AbortController();
    const limit = new CallLimit(1);
    const leave = await limit.enter(patient);
    const waiting = limit.enter({ ...patient, signal: caller.signal });
    caller.abort();
    leave();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    expect(await limit.run(patient, () => Promise.resolve('free'))).toBe('free');
  });
});
