import { Link } from 'wouter';
import { addresses } from '../address/addresses.ts';
import { Empty } from '../parts/empty.tsx';
import { PageTitle } from '../parts/page-title.tsx';

/** For an address that is none of the page's. */
export function NoView() {
  return (
    <>
      <PageTitle title="Nothing here" />
      <Empty title="Page not found.">
        <Link href={addresses.overview()}>Go to the overview</Link>
      </Empty>
    </>
  );
}
