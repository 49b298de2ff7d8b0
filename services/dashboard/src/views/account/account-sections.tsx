import './account.css';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { refusedAudience } from '../../address/who-may-see.ts';
import type { ApiProblem } from '../../api/api-problem.ts';
import { useApi } from '../../api/client.ts';
import { formatCount } from '../../format/quantity.ts';
import { Copyable } from '../../parts/copyable.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { SectionLinks } from '../../parts/section-links.tsx';
import { useMe } from '../../session/use-session.ts';
import { type AccountFacts, accountFactsSchema } from './account-schemas.ts';

/** Who an account is, how it pays and what a month costs; the running month unless another is named. */
export function useAccount(id: string, month?: string): UseQueryResult<AccountFacts, ApiProblem> {
  return useApi(`/v1/accounts/${encodeURIComponent(id)}`, { month }, accountFactsSchema);
}

const SECTIONS = [
  { view: 'account', text: 'Usage', to: (id: string) => addresses.account(id) },
  { view: 'account-settings', text: 'Settings', to: addresses.accountSettings },
  { view: 'account-people', text: 'People', to: addresses.accountPeople },
  { view: 'account-history', text: 'History', to: addresses.accountHistory },
] as const;

export type AccountSectionsProps = {
  readonly id: string;
  /** What {@link useAccount} has so far. */
  readonly account: Pick<UseQueryResult<AccountFacts, ApiProblem>, 'data' | 'isPending'>;
  readonly current: (typeof SECTIONS)[number]['view'];
  /** The month that the list of accounts is shown of when one goes up. */
  readonly month?: string;
  /** Stands beside the name. */
  readonly children?: ReactNode;
};

/** Whose account it is, and the way to its other sections. */
export function AccountSections({ id, account: { data, isPending }, current, month, children }: AccountSectionsProps) {
  const { isStaff, kind } = useMe();
  const seen = SECTIONS.filter(({ view }) => refusedAudience(view, kind) === undefined);
  const to = SECTIONS.find(({ view }) => view === current)?.to(id) ?? '';
  return (
    <>
      <PageTitle
        title={isPending ? 'Account' : (data?.name ?? data?.email ?? id)}
        isLoading={isPending}
        up={isStaff ? <Link href={addresses.accounts({ month })}>Accounts</Link> : undefined}
      >
        {children}
      </PageTitle>
      <p className="quiet account-id">
        {data === undefined ? null : <Facts account={data} />}
        <Copyable text={id} name="account id" />
      </p>
      <SectionLinks
        label="Sections of the account"
        links={seen.map((section) => ({ to: section.to(id), text: section.text }))}
        current={to}
      />
    </>
  );
}

function Facts({ account: { email, memberCount, cluster } }: { readonly account: AccountFacts }) {
  const { isStaff } = useMe();
  return (
    <>
      {email === null ? null : `${email} · `}
      {memberCount === 1 ? '1 member' : `${formatCount(memberCount)} members`} ·{' '}
      {cluster === null ? (
        'on no cluster'
      ) : (
        <>on {isStaff ? <Link href={addresses.cluster(cluster.id)}>{cluster.name}</Link> : cluster.name}</>
      )}
      {' · '}
    </>
  );
}
