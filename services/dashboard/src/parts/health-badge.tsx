import type { ReactNode } from 'react';

/** How well something is. Told by a word and a sign, and by a colour too. */
export type Health = 'good' | 'watch' | 'bad' | 'unknown';

const SIGNS: Readonly<Record<Health, string>> = { good: '✓', watch: '!', bad: '✕', unknown: '?' };

const WORDS: Readonly<Record<Health, string>> = {
  good: 'Good',
  watch: 'Needs attention',
  bad: 'Bad',
  unknown: 'Not known',
};

/** A word about how well something is; `children` replaces the word. */
export function HealthBadge({ health, children }: { readonly health: Health; readonly children?: ReactNode }) {
  return (
    <span className={`health health-${health}`}>
      <span className="health-sign" aria-hidden="true">
        {SIGNS[health]}
      </span>
      <span>{children ?? WORDS[health]}</span>
    </span>
  );
}
