import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiProblem } from '../../api/api-problem.ts';
import { inParts, sendClosing } from './close-request.ts';

export type ClosingRefusal = { readonly accountOwnerId: string; readonly detail: string };

export type ClosingProgress = {
  readonly isBusy: boolean;
  readonly all: number;
  readonly closed: number;
  /** What came in the way since the dry run. */
  readonly refused: readonly ClosingRefusal[];
  /** Why it stopped before its end. */
  readonly problem?: ApiProblem;
};

export type ClosingOrder = {
  readonly ready: readonly string[];
  /** Closed although something waits. */
  readonly waiting: readonly string[];
  readonly reason: string;
};

/**
 * Closes a month for accounts, some at a time. A part of which one account is refused is closed account by account.
 * What is closed stays closed, so it can be stopped and begun again.
 */
export function useClosing(month: string) {
  const client = useQueryClient();
  const [progress, setProgress] = useState<ClosingProgress>();
  const start = async ({ ready, waiting, reason }: ClosingOrder): Promise<void> => {
    let now: ClosingProgress = { isBusy: true, all: ready.length + waiting.length, closed: 0, refused: [] };
    const show = (changes: Partial<ClosingProgress>): void => {
      now = { ...now, ...changes };
      setProgress(now);
    };
    const closeThese = async (accountOwnerIds: readonly string[], acceptWaiting: boolean): Promise<void> => {
      try {
        await sendClosing({ month, accountOwnerIds, acceptWaiting, ...(reason === '' ? {} : { reason }) });
        show({ closed: now.closed + accountOwnerIds.length });
      } catch (error) {
        if (!(error instanceof ApiProblem) || !isAboutAccounts(error)) throw error;
        const [first, ...others] = accountOwnerIds;
        if (first === undefined) return;
        if (others.length === 0)
          show({ refused: [...now.refused, { accountOwnerId: first, detail: error.detail ?? error.title }] });
        else for (const id of accountOwnerIds) await closeThese([id], acceptWaiting);
      }
    };
    show({});
    try {
      for (const part of inParts(ready)) await closeThese(part, false);
      for (const part of inParts(waiting)) await closeThese(part, true);
      show({ isBusy: false });
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      show({ isBusy: false, problem: error });
    }
    for (const touched of ['/v1/months', `/v1/months/${month}`, '/v1/accounts'])
      await client.invalidateQueries({ queryKey: [touched] });
  };
  return { progress, start };
}

/** Whether the api refused because of what an account is in now; it would refuse anything else again and again. */
function isAboutAccounts({ status, code }: ApiProblem): boolean {
  return status === 409 || (status === 400 && code !== 'INVALID_REQUEST');
}
