import { useState } from 'react';
import { ApiProblem } from '../../api/api-problem.ts';
import { inParts, sendClosing } from './close-request.ts';
import type { ClosedMonth, RefusedMonth } from './month-schemas.ts';

/** What closing would do; what waits of an account is accepted here, so that its statement is told too. */
export type MonthDryRun = {
  readonly closed: readonly ClosedMonth[];
  readonly refused: readonly RefusedMonth[];
  /** Undefined: all accounts were asked for. */
  readonly chosen: readonly string[] | undefined;
};

type State = { readonly isBusy: boolean; readonly result?: MonthDryRun; readonly problem?: ApiProblem };

/** A dry run is given no reason by a person; it is kept nowhere. */
const ACCEPTED = { dryRun: true, acceptWaiting: true, reason: 'dry run' } as const;

/** Asks what closing a month would do, for the chosen accounts or for all. */
export function useMonthDryRun(month: string) {
  const [state, setState] = useState<State>({ isBusy: false });
  const start = async (chosen: readonly string[] | undefined): Promise<void> => {
    setState({ isBusy: true });
    try {
      const answers = chosen === undefined ? await tryAll(month) : await tryChosen(month, chosen);
      const closed = answers.flatMap((answer) => answer.closed).filter(({ isNew }) => isNew);
      setState({ isBusy: false, result: { closed, refused: answers.flatMap(({ refused }) => refused), chosen } });
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      setState({ isBusy: false, problem: error });
    }
  };
  return { ...state, start, forget: () => setState({ isBusy: false }) };
}

type Answers = Awaited<ReturnType<typeof sendClosing>>[];

async function tryAll(month: string): Promise<Answers> {
  const answers: Answers = [];
  let next: string | null | undefined;
  while (next !== null) {
    const answer: Answers[number] = await sendClosing({
      month,
      ...ACCEPTED,
      ...(next === undefined ? {} : { after: next }),
    });
    answers.push(answer);
    next = answer.next;
  }
  return answers;
}

async function tryChosen(month: string, chosen: readonly string[]): Promise<Answers> {
  const answers: Answers = [];
  for (const accountOwnerIds of inParts(chosen))
    answers.push(await sendClosing({ month, accountOwnerIds, ...ACCEPTED }));
  return answers;
}
