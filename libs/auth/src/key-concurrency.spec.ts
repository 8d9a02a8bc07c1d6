import type { ServerResponse } from 'node:http';
import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { KeyConcurrency } from './key-concurrency.js';

/** All that is used of a response: it ends once. */
const response = () => new EventEmitter() as unknown as ServerResponse;

it('counts the requests of each key until their answers are out', () => {
  const concurrency = new KeyConcurrency({ concurrentRequestsPerKey: 2 });
  const first = response();
  concurrency.take('a', first);
  concurrency.take('a', response());
  const busy = expect.objectContaining({
    code: 'overloaded',
    limit: 'key_requests',
    retryAfterSeconds: 1,
  }) as Error;
  expect(() => concurrency.take('a', response())).toThrow(busy);
  concurrency.take('b', response());
  first.emit('close');
  concurrency.take('a', response());
  expect(() => concurrency.take('a', response())).toThrow(busy);
});

it('is not bounded unless set', () => {
  const concurrency = new KeyConcurrency({ concurrentRequestsPerKey: undefined });
  for (let count = 0; count < 100; count++) concurrency.take('a', response());
});
