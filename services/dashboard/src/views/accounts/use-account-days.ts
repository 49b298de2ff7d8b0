import { type UseQueryResult, useQueries } from '@tanstack/react-query';
import type * as z from 'zod/mini';
import { withQuery } from '../../address/addresses.ts';
import { ApiProblem } from '../../api/api-problem.ts';
import { readApi } from '../../api/client.ts';
import { totalsSchema } from '../../api/schemas.ts';
import type { Amounts } from '../../chart/stack.ts';
import { addDays, eachDay } from '../../format/date.ts';

/** Days of one question: an answer holds 20,000 groups, which are those of 5,000 accounts. */
const PIECE_DAYS = 4;

type Totals = z.output<typeof totalsSchema>;

export type AccountDays = {
  /** Exact cost by account and day, as far as it is there. */
  readonly costs: Amounts;
  readonly problem: ApiProblem | null;
  /** Whether some days are still asked for. */
  readonly isLoading: boolean;
  readonly retry: () => void;
};

/**
 * What every account's usage of each day costs; staff only. Asked for in pieces, because an answer has a size limit.
 */
export function useAccountDays(from: string, to: string): AccountDays {
  return useQueries({
    queries: piecesOf(from, to).map((piece) => ({
      queryKey: ['/v1/totals', 'account,day', piece.from, piece.to] as const,
      queryFn: ({ signal }: { readonly signal: AbortSignal }) => readPiece(piece.from, piece.to, signal),
    })),
    combine,
  });
}

/** Outside of the hook: as another function each time it would be run with every render. */
function combine(results: readonly UseQueryResult<readonly Totals['groups'][]>[]): AccountDays {
  return {
    costs: costsOf(results.flatMap(({ data }) => data ?? [])),
    problem: results.map(({ error }) => error).find((error) => error instanceof ApiProblem) ?? null,
    isLoading: results.some(({ isPending, isError }) => isPending && !isError),
    retry: () => {
      for (const { isError, refetch } of results) if (isError) void refetch();
    },
  };
}

/** Asks for some days, and for half of them at a time where an answer would hold too many groups. */
async function readPiece(from: string, to: string, signal: AbortSignal): Promise<readonly Totals['groups'][]> {
  try {
    const address = withQuery('/v1/totals', { from, to, groupBy: 'day,account' });
    return [(await readApi(address, totalsSchema, { signal })).groups];
  } catch (error) {
    const days = eachDay(from, to).length;
    if (!(error instanceof ApiProblem && error.code === 'INVALID_REQUEST') || days < 2) throw error;
    const middle = addDays(from, Math.floor(days / 2));
    return [...(await readPiece(from, middle, signal)), ...(await readPiece(middle, to, signal))];
  }
}

/** The days in pieces that are asked for one by one. */
export function piecesOf(from: string, to: string): { readonly from: string; readonly to: string }[] {
  const starts = eachDay(from, to).filter((_, place) => place % PIECE_DAYS === 0);
  return starts.map((start, place) => ({ from: start, to: starts[place + 1] ?? to }));
}

function costsOf(pieces: readonly Totals['groups'][]): Amounts {
  const costs = new Map<string, Map<string, string>>();
  for (const { key, costExact } of pieces.flat()) {
    if (key.account === undefined || key.day === undefined) continue;
    const ofAccount = costs.get(key.account) ?? new Map<string, string>();
    costs.set(key.account, ofAccount);
    ofAccount.set(key.day, costExact);
  }
  return costs;
}
