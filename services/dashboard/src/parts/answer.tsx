import type { ReactNode } from 'react';
import type { ApiProblem } from '../api/api-problem.ts';
import { Loading } from './loading.tsx';
import { Problem } from './problem.tsx';

/** The part of a query's result that is looked at here. */
export type AnswerOf<T> = {
  readonly data: T | undefined;
  readonly error: ApiProblem | null;
  readonly isPlaceholderData?: boolean;
  readonly refetch: () => unknown;
};

export type AnswerProps<T> = {
  readonly of: AnswerOf<T>;
  /** What is being loaded, for screen readers. */
  readonly label: string;
  readonly lines?: number;
  readonly children: (data: T) => ReactNode;
};

/**
 * Shows an answer when it is there, its problem when it failed (with a button where asking again may help), and grey
 * lines before. An answer stays when asking for a newer one failed, below the problem; while other parameters are asked
 * for it stays too, paler.
 */
export function Answer<T>({ of, label, lines = 4, children }: AnswerProps<T>) {
  const { data, error, isPlaceholderData = false, refetch } = of;
  return (
    <>
      {error === null ? null : <Problem problem={error} onRetry={error.isPassing ? () => void refetch() : undefined} />}
      {data === undefined ? (
        error === null && <Loading label={label} lines={lines} />
      ) : (
        <div className={isPlaceholderData ? 'answer answer-old' : 'answer'} aria-busy={isPlaceholderData}>
          {children(data)}
        </div>
      )}
    </>
  );
}
