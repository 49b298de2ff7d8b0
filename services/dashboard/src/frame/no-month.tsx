import { Link } from 'wouter';
import { addresses } from '../address/addresses.ts';
import { formatMonth, monthOf } from '../format/date.ts';
import { Empty } from '../parts/empty.tsx';
import { PageTitle } from '../parts/page-title.tsx';

/** For an address that names a month which is none: showing another one instead would be a wrong number. */
export function NoMonth({ month }: { readonly month: string }) {
  const current = monthOf();
  return (
    <>
      <PageTitle title="No such month" />
      <Empty title={`“${month}” is not a month.`}>
        <p>A month is written as year and number, such as {current}.</p>
        <Link href={addresses.accounts({ month: current })}>Show {formatMonth(current)}</Link>
      </Empty>
    </>
  );
}
