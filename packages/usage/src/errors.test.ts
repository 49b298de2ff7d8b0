import { expect, it } from 'vitest';
import { REQUEST_ERRORS, RequestError } from './errors.ts';

it('says what its code means where there is nothing to add', () => {
  const error = new RequestError('CLUSTER_FULL');
  expect(error).toMatchObject({
    name: 'RequestError',
    code: 'CLUSTER_FULL',
    message: REQUEST_ERRORS.CLUSTER_FULL.title,
  });
  expect([error.detail, error.retryAfterSeconds, 'cause' in error]).toEqual([undefined, undefined, false]);
});

it('carries its detail for the client, and its cause for the log only', () => {
  const cause = new Error('ECONNREFUSED');
  const error = new RequestError('QUEUE_UNAVAILABLE', 'send again', { retryAfterSeconds: 2, cause });
  expect(error).toMatchObject({ message: 'send again', detail: 'send again', retryAfterSeconds: 2 });
  expect(error.cause).toBe(cause);
});
