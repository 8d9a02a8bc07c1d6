import { describe, expect, it } from 'vitest';
import { summarise } from './inference-times.js';

describe('summarise', () => {
  it('tells waiting from inference for parts that ran side by side', () => {
    const arrived = process.hrtime.bigint() - 1000n;
    const run = (started: bigint, ended: bigint) => ({
      times: { started: arrived + started, ended: arrived + ended },
    });
    const { queue, infer, output, executions } = summarise(arrived, [run(200n, 700n), run(100n, 300n)]);
    expect({ queue, infer, executions }).toEqual({ queue: 100n, infer: 600n, executions: 2 });
    expect(output).toBeGreaterThanOrEqual(300n);
  });
});
