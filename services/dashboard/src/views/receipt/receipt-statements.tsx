import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { formatMonth } from '../../format/date.ts';
import { sumDecimals } from '../../format/decimal.ts';
import { exactMoney } from '../../format/money.ts';
import { Time } from '../../parts/day.tsx';
import type { Part } from './receipt-schemas.ts';
import { Step } from './step.tsx';

/** The statements that the event is billed on, each with what it adds to it. */
export function ReceiptStatements({ parts }: { readonly parts: readonly Part[] }) {
  const byStatement = new Map<string, Part[]>();
  for (const part of parts) {
    const key = `${part.statement.month} ${part.statement.accountOwnerId}`;
    byStatement.set(key, [...(byStatement.get(key) ?? []), part]);
  }
  return (
    <Step title="On the statement">
      <ul className="receipt-list">
        {[...byStatement].map(([key, ofStatement]) => (
          <StatementItem key={key} parts={ofStatement} />
        ))}
      </ul>
    </Step>
  );
}

function StatementItem({ parts }: { readonly parts: readonly Part[] }) {
  const [first] = parts;
  if (first === undefined) return null;
  const { accountOwnerId, month, status, number, closedAt } = first.statement;
  const costs = parts.flatMap(({ bookings }) => bookings.map(({ costExact }) => costExact ?? '0'));
  return (
    <li>
      <Link href={addresses.statement(accountOwnerId, month)}>
        {status === 'final' ? `Statement no. ${number}, ${formatMonth(month)}` : `Draft of ${formatMonth(month)}`}
      </Link>
      {closedAt === null ? (
        ', which is open'
      ) : (
        <>
          , closed <Time time={closedAt} />
        </>
      )}
      : <span className="receipt-exact">{exactMoney(sumDecimals(costs))}</span> at list prices.
    </li>
  );
}
