import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { Copyable } from '../../parts/copyable.tsx';
import type { Attribution } from './receipt-schemas.ts';
import { Step } from './step.tsx';

export type ReceiptAttributionsProps = {
  readonly attributions: readonly Attribution[];
  /** The month that it is billed in. */
  readonly month: string | undefined;
};

/** Who used it, who pays, and by which rule. */
export function ReceiptAttributions({ attributions, month }: ReceiptAttributionsProps) {
  return (
    <Step title="Who used it, and who pays">
      <ul className="receipt-list">
        {attributions.map((attribution) => (
          <li key={`${attribution.accountOwnerId} ${attribution.userId} ${attribution.projectId}`}>
            <strong>{attribution.userName ?? attribution.userId}</strong> (
            <Copyable text={attribution.userId} name="user id" />) used it,{' '}
            <Link href={addresses.account(attribution.accountOwnerId, { month })}>
              {attribution.accountName ?? attribution.accountOwnerId}
            </Link>{' '}
            (<Copyable text={attribution.accountOwnerId} name="account id" />){' '}
            {attribution.isCurrent ? 'pays' : 'paid until it moved away'}.
            <span className="receipt-note">{attribution.rule}</span>
            {attribution.project === null ? null : (
              <span className="receipt-note quiet">
                Project {attribution.project.namespace} {period(attribution.project)}.
              </span>
            )}
            {attribution.ownership === null ? null : (
              <span className="receipt-note quiet">
                Owned by {attribution.ownership.accountOwnerId} {period(attribution.ownership)}.
              </span>
            )}
          </li>
        ))}
      </ul>
    </Step>
  );
}

function period({
  startedAt,
  endedAt,
}: {
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}): string {
  const since = startedAt === null ? 'from the beginning' : `since ${startedAt}`;
  return endedAt === null ? since : `${since} until ${endedAt}`;
}
