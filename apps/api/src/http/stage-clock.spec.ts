import { describe, expect, it } from 'vitest';
import { StageClock } from './stage-clock.js';

describe('StageClock', () => {
  it('counts a stage while any of its pieces runs, and gaps not at all', async () => {
    let time = 0;
    const clock = new StageClock(() => time);
    const gates = [
      Promise.withResolvers<void>(),
      Promise.withResolvers<void>(),
      Promise.withResolvers<void>(),
    ];
    const piece = (index: number) =>
      clock.measure('inference', () => gates[index]?.promise ?? Promise.resolve());
    const first = piece(0);
    time = 2;
    const second = piece(1);
    time = 5;
    gates[0]?.resolve();
    await first;
    time = 7;
    gates[1]?.resolve();
    await second;
    time = 10;
    const third = piece(2);
    time = 11;
    gates[2]?.reject(new Error('failed'));
    await expect(third).rejects.toThrow('failed');
    time = 12;
    expect([...clock.seconds()]).toEqual([['inference', 0.008]]);
    expect(clock.timings()).toEqual({
      decode_ms: 0,
      align_ms: 0,
      inference_ms: 8,
      encode_ms: 0,
      total_ms: 12,
    });
  });
});
