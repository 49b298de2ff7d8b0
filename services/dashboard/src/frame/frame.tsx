import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { addresses } from '../address/addresses.ts';
import type { ViewAddress } from '../address/view-of.ts';
import { useMe } from '../session/use-session.ts';
import { ThemeSwitch } from '../theme/theme-switch.tsx';
import { ParkedCount } from './parked-count.tsx';
import { Person } from './person.tsx';

type Entry = { readonly to: string; readonly text: string; readonly views: readonly ViewAddress['view'][] };

const STAFF_ENTRIES: readonly Entry[] = [
  { to: addresses.overview(), text: 'Overview', views: ['overview', 'sign-in', 'comparison'] },
  { to: addresses.accounts(), text: 'Accounts', views: ['accounts', 'account', 'statement'] },
  { to: addresses.events(), text: 'Events', views: ['events', 'receipt'] },
  { to: addresses.parked(), text: 'Parked events', views: ['parked'] },
];

const OWNER_ENTRIES: readonly Entry[] = [
  { to: addresses.overview(), text: 'My account', views: ['overview', 'sign-in', 'accounts', 'account', 'statement'] },
  { to: addresses.events(), text: 'Events', views: ['events', 'receipt'] },
];

/** What is around every view: where one can go, and who is signed in. */
export function Frame({ address, children }: { readonly address: ViewAddress; readonly children: ReactNode }) {
  const { isStaff } = useMe();
  return (
    <>
      <a className="skip-link" href="#view">
        Skip to the content
      </a>
      <header className="frame">
        <div className="frame-inside">
          <Link href={addresses.overview()} className="brand">
            <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
              <rect width="32" height="32" rx="7" className="brand-ground" />
              <path d="M8 23V14M16 23V8M24 23v-6" className="brand-bars" />
            </svg>
            hopsmeter
          </Link>
          <nav aria-label="Views">
            <ul className="frame-views">
              {(isStaff ? STAFF_ENTRIES : OWNER_ENTRIES).map(({ to, text, views }) => (
                <li key={to}>
                  <Link href={to} aria-current={views.includes(address.view) ? 'page' : undefined}>
                    {text}
                    {to === addresses.parked() ? <ParkedCount /> : null}
                  </Link>
                </li>
              ))}
            </ul>
          </nav>
          <div className="frame-person">
            <ThemeSwitch />
            <Person />
          </div>
        </div>
      </header>
      <main id="view" className="view">
        {children}
      </main>
    </>
  );
}
