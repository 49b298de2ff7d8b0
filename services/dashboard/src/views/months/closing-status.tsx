import { formatMonth } from '../../format/date.ts';
import { formatCount } from '../../format/quantity.ts';
import { Problem } from '../../parts/problem.tsx';
import { AccountLink } from './account-link.tsx';
import type { AccountMonth } from './month-schemas.ts';
import type { ClosingProgress } from './use-closing.ts';

export type ClosingStatusProps = {
  readonly month: string;
  readonly progress: ClosingProgress;
  readonly accounts: readonly AccountMonth[];
};

/** How far closing is, what was refused meanwhile, and why it stopped. */
export function ClosingStatus({ month, progress, accounts }: ClosingStatusProps) {
  const { isBusy, all, closed, refused, problem } = progress;
  const nameOf = (id: string) => accounts.find(({ accountOwnerId }) => accountOwnerId === id)?.accountName;
  return (
    <section className="card closing" aria-labelledby="closing">
      <h2 id="closing">Closing {formatMonth(month)}</h2>
      <progress aria-label="Accounts closed" value={closed + refused.length} max={all} />
      <p role="status">
        {formatCount(closed)} of {formatCount(all)} {all === 1 ? 'account is' : 'accounts are'} closed.{' '}
        {isBusy ? 'Keep this page open until it is done; what is closed stays closed if you leave.' : null}
      </p>
      {refused.length === 0 ? null : (
        <>
          <p>Refused, because something changed since the dry run:</p>
          <ul>
            {refused.map(({ accountOwnerId, detail }) => (
              <li key={accountOwnerId}>
                <AccountLink id={accountOwnerId} name={nameOf(accountOwnerId)} month={month} />: {detail}
              </li>
            ))}
          </ul>
        </>
      )}
      {problem === undefined ? null : <Problem problem={problem} />}
    </section>
  );
}
