import { afterEach, describe, expect, it } from 'vitest';
import { SpareMemory } from './spare-memory.js';

const megabyte = 2 ** 20;

/** A process whose spare memory is as much as the test says, and shrinks to `left` when it is given back. */
class Process {
  readonly responses = { count: 0 };
  spare = 0;
  left = 0;
  returned = 0;
  readonly memory = new SpareMemory(
    this.responses,
    () => {
      this.returned++;
      this.spare = this.left * megabyte;
      return Promise.resolve();
    },
    () => ({
      rss: 150 * megabyte + this.spare,
      heapTotal: 100 * megabyte,
      heapUsed: 0,
      external: 50 * megabyte,
      arrayBuffers: 40 * megabyte,
    }),
  );

  async lookAt(spareMegabytes: number): Promise<number> {
    this.spare = spareMegabytes * megabyte;
    await this.memory.look();
    return this.returned;
  }
}

describe('SpareMemory', () => {
  const made: Process[] = [];
  const make = () => {
    const one = new Process();
    made.push(one);
    return one;
  };
  afterEach(() => {
    for (const { memory } of made.splice(0)) memory.stop();
  });

  it('leaves alone what a process usually has', async () => {
    expect(await make().lookAt(255)).toBe(0);
  });

  it('gives back what a burst has left', async () => {
    expect(await make().lookAt(256)).toBe(1);
  });

  it('waits until no answer is open', async () => {
    const process = make();
    process.responses.count = 1;
    expect(await process.lookAt(1000)).toBe(0);
    process.responses.count = 0;
    expect(await process.lookAt(1000)).toBe(1);
  });

  it('does not try again before there is more than it could not give back', async () => {
    const process = make();
    process.left = 400;
    expect(await process.lookAt(1000)).toBe(1);
    expect(await process.lookAt(463)).toBe(1);
    expect(await process.lookAt(464)).toBe(2);
    process.left = 0;
    expect(await process.lookAt(600)).toBe(3);
    expect(await process.lookAt(300)).toBe(4);
  });
});
