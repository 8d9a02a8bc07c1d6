import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WrongKeyLimit } from './wrong-key-limit.js';

const guesser = '192.0.2.1';
const tooMany = expect.objectContaining({ code: 'too_many_wrong_keys' }) as Error;

describe('the limit of wrong keys', () => {
  beforeEach(() => Logger.overrideLogger(false));
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  async function guess(limit: WrongKeyLimit, times: number, address = guesser): Promise<void> {
    for (let time = 0; time < times; time++) await limit.judge(address, undefined);
  }

  it('refuses an address after that many, right keys too, and no other address', async () => {
    const limit = new WrongKeyLimit({ wrongKeysPerMinute: 3 });
    await guess(limit, 3);
    await expect(limit.judge(guesser, undefined)).rejects.toThrow(tooMany);
    await expect(limit.judge(guesser, 'right')).rejects.toThrow(tooMany);
    expect(limit.knows(guesser, 'right')).toBe(false);
    await limit.judge('192.0.2.2', undefined);
  });

  it('says when to come back, and means it', async () => {
    const limit = new WrongKeyLimit({ wrongKeysPerMinute: 1 });
    await guess(limit, 1);
    vi.advanceTimersByTime(20_000);
    await expect(limit.judge(guesser, undefined)).rejects.toMatchObject({ retryAfterSeconds: 40 });
    vi.advanceTimersByTime(40_001);
    await limit.judge(guesser, 'right');
    expect(limit.knows(guesser, 'right')).toBe(true);
  });

  it('leaves those alone whose key was right at this address before', async () => {
    const limit = new WrongKeyLimit({ wrongKeysPerMinute: 1 });
    await limit.judge(guesser, 'right');
    await guess(limit, 1);
    expect(limit.knows(guesser, 'right')).toBe(true);
    expect(limit.knows(guesser, 'another')).toBe(false);
    expect(limit.knows('192.0.2.2', 'right')).toBe(false);
  });

  it('takes the addresses of one IPv6 network for one', async () => {
    const limit = new WrongKeyLimit({ wrongKeysPerMinute: 2 });
    await guess(limit, 1, '2001:db8:1:2::1');
    await guess(limit, 1, '2001:db8:1:2::2');
    await expect(guess(limit, 1, '2001:db8:1:2:ffff::3')).rejects.toThrow(tooMany);
  });

  it('counts attempts that come at the same time', async () => {
    const limit = new WrongKeyLimit({ wrongKeysPerMinute: 5 });
    const attempts = await Promise.allSettled(
      Array.from({ length: 50 }, () => limit.judge(guesser, undefined)),
    );
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
  });

  it('begins anew when other keys are right', async () => {
    const limit = new WrongKeyLimit({ wrongKeysPerMinute: 1 });
    await guess(limit, 1);
    limit.forgive();
    await limit.judge(guesser, 'right');
    expect(limit.knows(guesser, 'right')).toBe(true);
  });

  it('is none at 0', async () => {
    const limit = new WrongKeyLimit({ wrongKeysPerMinute: 0 });
    await guess(limit, 100);
    expect(limit.knows(guesser, 'right')).toBe(true);
  });
});
