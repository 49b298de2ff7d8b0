import type { AccountMonth } from './month-schemas.ts';

/** Whether an account can be closed, with something waiting or not. */
export function isClosable({ state, refusal }: AccountMonth): boolean {
  return state === 'ready' || (state === 'refused' && refusal?.code === 'USAGE_WAITING');
}
