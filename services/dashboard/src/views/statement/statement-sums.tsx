import { formatDecimal, parseDecimal } from '../../format/decimal.ts';
import { exactMoney } from '../../format/money.ts';
import { Time } from '../../parts/day.tsx';
import { HealthBadge } from '../../parts/health-badge.tsx';
import { Money } from '../../parts/money.tsx';
import { Quantity } from '../../parts/quantity.tsx';
import type { Statement } from './statement-schema.ts';

/** From what was used to what is to be paid. */
export function StatementSums({ statement }: { readonly statement: Statement }) {
  const { status, closedAt, total, totalExact, imported, prepaid, amountDue, credits, creditUsd } = statement;
  return (
    <section className="card statement-sums" aria-label="Sums">
      <dl className="facts">
        <dt>Status</dt>
        <dd>
          <HealthBadge health={status === 'final' ? 'good' : 'unknown'}>
            {status === 'final' ? 'Final' : 'Draft'}
          </HealthBadge>
          {closedAt === null ? null : (
            <>
              {' '}
              closed <Time time={closedAt} />
            </>
          )}
        </dd>
        <dt>Credits</dt>
        <dd>
          <Quantity quantity={credits} />{' '}
          <span className="quiet">at {exactMoney(formatDecimal(parseDecimal(creditUsd)))} each</span>
        </dd>
        <dt>Exact total</dt>
        <dd className="fixed">{exactMoney(totalExact)}</dd>
      </dl>
      <dl className="statement-due">
        <dt>Total</dt>
        <dd>
          <Money amount={total} exact={totalExact} />
        </dd>
        {parseDecimal(imported) === 0n ? null : (
          <>
            <dt>Imported, billed before</dt>
            <dd>
              −<Money amount={imported} />
            </dd>
          </>
        )}
        {parseDecimal(prepaid) > 0n ? (
          <>
            <dt>Paid from prepaid grants</dt>
            <dd>
              −<Money amount={prepaid} />
            </dd>
          </>
        ) : null}
        {parseDecimal(prepaid) < 0n ? (
          <>
            <dt>Kept for later statements</dt>
            <dd>
              <Money amount={formatDecimal(-parseDecimal(prepaid))} />
            </dd>
          </>
        ) : null}
        <dt className="statement-due-last">{status === 'final' ? 'To be paid' : 'To be paid as of now'}</dt>
        <dd className="statement-due-last">
          <Money amount={amountDue} />
        </dd>
      </dl>
    </section>
  );
}
