import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { translateFailure } from './translate-failure.js';

const id = '[request id: <id_unknown>] ';

/** Texts recorded from a real Triton 2.51, and those of grpc-js 1.14. */
const cases: readonly [code: status, details: string, expected: string][] = [
  [status.UNAVAILABLE, `${id}Exceeds maximum queue size`, 'overloaded'],
  [status.UNAVAILABLE, `in ensemble 'detection', ${id}Exceeds maximum queue size`, 'overloaded'],
  [status.UNAVAILABLE, 'Received HTTP status code 429', 'overloaded'],
  [status.UNAVAILABLE, 'Request timeout expired', 'deadline_exceeded'],
  [status.UNAVAILABLE, "in ensemble 'e', Request timeout expired", 'deadline_exceeded'],
  [status.UNAVAILABLE, 'Server exiting', 'not_ready'],
  [status.UNAVAILABLE, 'Server not ready', 'not_ready'],
  [status.UNAVAILABLE, "Request for unknown model: 'm' is not at ready state", 'not_ready'],
  [status.UNAVAILABLE, 'Received HTTP status code 503', 'not_ready'],
  [
    status.UNAVAILABLE,
    'No connection established. Last error: connect ECONNREFUSED 127.0.0.1:1',
    'not_ready',
  ],
  [status.UNAVAILABLE, 'Connection dropped', 'not_ready'],
  [status.UNAVAILABLE, 'Name resolution failed for target dns:///triton:8001', 'not_ready'],
  [status.UNAVAILABLE, 'a text of the next release', 'not_ready'],
  [
    status.UNAVAILABLE,
    "This protocol is restricted, expecting header 'triton-grpc-protocol-h-key'",
    'triton_misconfigured',
  ],
  [status.NOT_FOUND, "Request for unknown model: 'nope' is not found", 'triton_misconfigured'],
  [status.NOT_FOUND, "Request for unknown model: 'm' version 2 is not found", 'triton_misconfigured'],
  [status.NOT_FOUND, "Request for unknown model: 'm' has no available versions", 'not_ready'],
  [status.DEADLINE_EXCEEDED, 'Deadline exceeded after 2.000s', 'deadline_exceeded'],
  [status.INVALID_ARGUMENT, `${id}inference request batch-size must be <= 8 for 'm'`, 'triton_failed'],
  [status.RESOURCE_EXHAUSTED, 'Received message larger than max (9 vs 4)', 'triton_failed'],
  [status.RESOURCE_EXHAUSTED, 'Bandwidth exhausted or memory limit exceeded', 'overloaded'],
  [status.INTERNAL, "in ensemble 'e', Stub process 'net_0_0' is not healthy.", 'triton_failed'],
  [
    status.INTERNAL,
    "Failed to process the request(s) for model 'm_0', message: ValueError: x\n\nAt:\n  /models/m/1/model.py(16): execute\n",
    'triton_failed',
  ],
  [status.UNIMPLEMENTED, '', 'triton_failed'],
  [status.PERMISSION_DENIED, 'no', 'triton_misconfigured'],
  [status.UNAUTHENTICATED, 'no', 'triton_misconfigured'],
  [status.CANCELLED, 'Call cancelled', 'not_ready'],
];

const allCodes = Object.values(status).filter((code): code is status => typeof code === 'number');

describe('translateFailure', () => {
  it.each(cases)('reads %i %s as %s', (code, details, expected) => {
    expect(translateFailure({ code, details }, 'm').code).toBe(expected);
  });

  it.each(allCodes)('gives a clean sentence for status %i, whatever the server says', (code) => {
    const details = 'boom\n  At:\n /opt/tritonserver/models/m/1/model.py(16): execute';
    const error = translateFailure({ code, details }, 'm');
    expect(error.message).toMatch(/^[A-Z][^\n/]*\.$/);
    expect(error.message).not.toContain('boom');
    expect(error.cause).toEqual({ code, details });
  });

  it('says different things of a model that is not known and of one that is not loaded', () => {
    const sentence = (details: string) => translateFailure({ code: status.NOT_FOUND, details }, 'm').message;
    expect(sentence("Request for unknown model: 'm' is not found")).toMatch(
      /does not know the model 'm'.*settings/,
    );
    expect(sentence("Request for unknown model: 'm' has no available versions")).toMatch(
      /has not loaded the model 'm'/,
    );
  });

  it.each(['', ' '])('has words of its own for the log when the server gives %j', (details) => {
    const { cause, message } = translateFailure({ code: status.INVALID_ARGUMENT, details }, 'm');
    expect(cause).toMatchObject({ code: status.INVALID_ARGUMENT, details: '' });
    expect((cause as Error).message).toBe(
      'INVALID_ARGUMENT: the model server gave no reason, or it was lost on the way',
    );
    expect(message).toMatch(/^A request was refused by the model 'm'/);
  });

  it('names the model', () => {
    expect(translateFailure({ code: status.INTERNAL, details: '' }, 'extraction').message).toContain(
      "'extraction'",
    );
  });

  it('says when to try again after overload and while the server is not ready, otherwise not', () => {
    for (const [code, details, expected] of cases) {
      const { retryAfterSeconds } = translateFailure({ code, details });
      expect(retryAfterSeconds).toBe(expected === 'overloaded' || expected === 'not_ready' ? 1 : undefined);
    }
  });
});
