import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { addresses } from '../address/addresses.ts';
import type { ViewAddress } from '../address/view-of.ts';
import { Said } from '../parts/said.tsx';
import { SearchButton } from '../search/search-button.tsx';
import { useMe } from '../session/use-session.ts';
import { ThemeSwitch } from '../theme/theme-switch.tsx';
import { Navigation } from './navigation.tsx';
import { Person } from './person.tsx';

/** What is around every view: where one can go, and who is signed in. */
export function Frame({ address, children }: { readonly address: ViewAddress; readonly children: ReactNode }) {
  const { isStaff } = useMe();
  return (
    <>
      <a className="skip-link" href="#view">
        Skip to the content
      </a>
      <header className="frame">
        <Link href={addresses.overview()} className="brand">
          <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
            <rect width="32" height="32" rx="7" className="brand-ground" />
            <path d="M8 23V14M16 23V8M24 23v-6" className="brand-bars" />
          </svg>
          hopsmeter
        </Link>
        <div className="frame-person">
          {isStaff ? <SearchButton /> : null}
          <ThemeSwitch />
          <Person />
        </div>
      </header>
      <div className="shell">
        <Navigation view={address.view} />
        <main id="view" className="view">
          {children}
        </main>
      </div>
      <Said />
    </>
  );
}
