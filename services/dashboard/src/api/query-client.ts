import { QueryClient } from '@tanstack/react-query';
import { ApiProblem } from './api-problem.ts';

/** As long as a person does not notice: totals are seconds old anyway, and each answer says how fresh it is. */
const STALE_MS = 10_000;

/** A failover takes some seconds; then the person should hear of it. */
const TRIES_MAX = 3;

/** The answers that views share. A refusal is final; what may pass is asked again. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // A browser that says it is offline is asked all the same: a person should hear of it, not wait for ever.
        networkMode: 'always',
        staleTime: STALE_MS,
        retry: (count, error) => count < TRIES_MAX && error instanceof ApiProblem && error.isPassing,
        retryDelay: (count) => 500 * 2 ** count,
      },
      // A change is never sent twice by itself.
      mutations: { networkMode: 'always', retry: false },
    },
  });
}
