import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { Time } from '../../parts/day.tsx';
import { HealthBadge } from '../../parts/health-badge.tsx';
import type { AccountMonth } from './month-schemas.ts';
import { WaitingText } from './waiting-text.tsx';

/** Where an account stands with the month, and why it would be refused. */
export function AccountState({ month, account }: { readonly month: string; readonly account: AccountMonth }) {
  const { state, number, closedAt, refusal, waiting } = account;
  switch (state) {
    case 'closed':
      return (
        <>
          <HealthBadge health="good">Closed</HealthBadge>{' '}
          <span className="quiet">
            {number === null ? (
              'with a later month'
            ) : (
              <>
                no. {number}
                {closedAt === null ? null : (
                  <>
                    , <Time time={closedAt} />
                  </>
                )}
              </>
            )}
          </span>
        </>
      );
    case 'ready':
      return <HealthBadge health="good">Ready</HealthBadge>;
    case 'running':
      return (
        <>
          <span className="quiet">Running</span>
          {waiting === null ? null : <WaitingText month={month} waiting={waiting} />}
        </>
      );
    case 'nothing':
      return <span className="quiet">Nothing to bill</span>;
    case 'refused':
      return (
        <>
          <HealthBadge health="watch">Refused</HealthBadge> <Why code={refusal?.code} detail={refusal?.detail} />
          {waiting === null ? null : <WaitingText month={month} waiting={waiting} />}
        </>
      );
  }
}

/** What waits says it by itself. */
function Why({ code, detail }: { readonly code: string | undefined; readonly detail: string | undefined }) {
  if (code === 'USAGE_WAITING' || detail === undefined) return null;
  return (
    <div>
      {detail}
      {code === 'PRICE_CHANGE_APPLYING' ? (
        <>
          {' '}
          (<Link href={addresses.prices({ look: 'changes' })}>price changes</Link>)
        </>
      ) : null}
      {code === 'EARLIER_MONTH_OPEN' ? (
        <>
          {' '}
          (<Link href={addresses.month(detail.slice(0, 7))}>go to that month</Link>)
        </>
      ) : null}
    </div>
  );
}
