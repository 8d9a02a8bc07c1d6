import { connectivityState } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { Reachability } from './reachability.js';

const { IDLE, CONNECTING, READY, TRANSIENT_FAILURE } = connectivityState;

function lostAt(now: number, ...states: (readonly [at: number, state: connectivityState])[]): boolean {
  const reachability = new Reachability();
  for (const [at, state] of states) reachability.observe(state, at);
  return reachability.isLost(now);
}

describe('Reachability', () => {
  it('is not lost before the first call, nor while it connects for the first second', () => {
    expect(lostAt(1e6)).toBe(false);
    expect(lostAt(1e6, [0, IDLE])).toBe(false);
    expect(lostAt(900, [0, CONNECTING])).toBe(false);
  });

  it('is lost after a second without a connection, whatever is tried meanwhile', () => {
    expect(lostAt(1500, [0, CONNECTING])).toBe(true);
    expect(lostAt(1500, [0, READY], [100, CONNECTING], [200, TRANSIENT_FAILURE], [1400, CONNECTING])).toBe(
      true,
    );
    expect(lostAt(1100, [0, READY], [200, TRANSIENT_FAILURE])).toBe(false);
  });

  it('is there again with the connection', () => {
    expect(lostAt(9000, [0, TRANSIENT_FAILURE], [5000, READY])).toBe(false);
    expect(lostAt(9000, [0, TRANSIENT_FAILURE], [5000, READY], [8500, TRANSIENT_FAILURE])).toBe(false);
  });
});
