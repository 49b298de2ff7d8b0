import type { ApiProblem } from '../api/api-problem.ts';

export type ProblemProps = {
  readonly problem: ApiProblem;
  /** Asks again; without it there is no button. */
  readonly onRetry?: (() => void) | undefined;
};

/** Says what went wrong, with what support needs to find it in the logs. */
export function Problem({ problem, onRetry }: ProblemProps) {
  return (
    <div className="problem" role="alert">
      <p className="problem-title">{problem.title}</p>
      {problem.items.length > 0 ? (
        <ul>
          {problem.items.map((item) => (
            <li key={item}>{item}</li>
          ))}
        </ul>
      ) : (
        problem.detail !== undefined && <p>{problem.detail}</p>
      )}
      <p className="problem-code">
        {problem.code}
        {problem.instance === undefined ? null : ` · ${problem.instance}`}
      </p>
      {onRetry === undefined ? null : (
        <button type="button" className="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
