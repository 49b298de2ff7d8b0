import { STATES } from './coverage-schemas.ts';
import { STATE_TEXTS } from './states.ts';

/** What the marks of the grid mean, drawn as there. */
export function CoverageLegend() {
  return (
    <ul className="legend coverage-legend">
      {STATES.map((state) => (
        <li key={state}>
          <span className={`coverage-mark coverage-mark-${state}`} aria-hidden="true" />
          {STATE_TEXTS[state].name} <span className="visually-hidden">({STATE_TEXTS[state].meaning})</span>
        </li>
      ))}
    </ul>
  );
}
