import { useEffect, useId, useState } from 'react';
import { Link } from 'wouter';
import { addresses } from '../address/addresses.ts';
import type { ViewName } from '../address/view-of.ts';
import { useMe } from '../session/use-session.ts';
import { type Entry, entriesFor } from './entries.ts';
import { ParkedCount } from './parked-count.tsx';

/** Where one can go: beside the view, or on a narrow screen behind a button. */
export function Navigation({ view }: { readonly view: ViewName }) {
  const { kind } = useMe();
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const heading = (name: string): string => `${id}-${name}`;
  // Whoever went somewhere wants to see the view, not the way to others.
  useEffect(() => (view === undefined ? undefined : setOpen(false)), [view]);
  return (
    <>
      <button
        type="button"
        className="button navigation-button"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        <span aria-hidden="true">☰</span> Menu
      </button>
      <nav id={id} className={isOpen ? 'navigation navigation-open' : 'navigation'} aria-label="Views">
        {entriesFor(kind).map(({ name = '', entries }) => (
          <div key={name} className="navigation-group">
            {name === '' ? null : (
              <h2 id={heading(name)} className="navigation-heading">
                {name}
              </h2>
            )}
            <ul aria-labelledby={name === '' ? undefined : heading(name)}>
              {entries.map((entry) => (
                <NavigationEntry key={entry.to} entry={entry} isHere={entry.views.includes(view)} />
              ))}
            </ul>
          </div>
        ))}
      </nav>
    </>
  );
}

function NavigationEntry({ entry: { to, text }, isHere }: { readonly entry: Entry; readonly isHere: boolean }) {
  return (
    <li>
      <Link href={to} aria-current={isHere ? 'page' : undefined}>
        {text}
        {to === addresses.parked() ? <ParkedCount /> : null}
      </Link>
    </li>
  );
}
