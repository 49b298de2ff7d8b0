import { Link } from 'wouter';
import { Ago } from '../../parts/day.tsx';
import { HealthBadge } from '../../parts/health-badge.tsx';
import type { Finding } from './judge-operations.ts';

/** One below the other: what it is, how it is, and what helps. */
export function FindingList({ findings }: { readonly findings: readonly Finding[] }) {
  return (
    <ul className="operations-findings">
      {findings.map((finding) => (
        <FindingItem key={finding.key} finding={finding} />
      ))}
    </ul>
  );
}

function FindingItem({ finding }: { readonly finding: Finding }) {
  const { name, to, health, word, text, time, advice, links = [] } = finding;
  return (
    <li className="operations-finding">
      <h3>{to === undefined ? name : <Link href={to}>{name}</Link>}</h3>
      <HealthBadge health={health}>{word}</HealthBadge>
      <div className="operations-text">
        <p className="quiet">
          {text}
          {time === undefined ? null : (
            <>
              {' '}
              {time.label} <Ago time={time.at} />.
            </>
          )}
        </p>
        {advice === undefined ? null : <p>{advice}</p>}
        {links.length === 0 ? null : (
          <ul className="operations-links">
            {links.map((link) => (
              <li key={link.to}>
                <Link href={link.to}>{link.text}</Link>
              </li>
            ))}
          </ul>
        )}
      </div>
    </li>
  );
}
