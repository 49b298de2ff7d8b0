import { Link } from 'wouter';
import { addresses } from '../address/addresses.ts';
import type { Audience } from '../address/who-may-see.ts';
import { Empty } from '../parts/empty.tsx';
import { PageTitle } from '../parts/page-title.tsx';

const REASONS: Readonly<Record<Exclude<Audience, 'everybody'>, string>> = {
  staff: 'This page is for billing staff: it needs the permission billing:read.',
  billed: 'Bills are shown to account owners and to billing staff only. Ask the owner of your account.',
};

/** For an address whose view is for others: says why, instead of pretending that it is not there. */
export function NoPermission({ audience }: { readonly audience: Exclude<Audience, 'everybody'> }) {
  return (
    <>
      <PageTitle title="Not for your account" />
      <Empty title={REASONS[audience]}>
        <Link href={addresses.overview()}>Go to what you can see</Link>
      </Empty>
    </>
  );
}
