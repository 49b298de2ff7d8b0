import { type ReactNode, useId } from 'react';

export type SetUpStepProps = {
  readonly number: number;
  readonly title: string;
  readonly isDone: boolean;
  readonly children: ReactNode;
};

/** A step of setting something up, with a sign when it is done. */
export function SetUpStep({ number, title, isDone, children }: SetUpStepProps) {
  const heading = useId();
  return (
    <li className="card set-up-step" aria-labelledby={heading}>
      <span className={isDone ? 'set-up-sign set-up-done' : 'set-up-sign'} aria-hidden="true">
        {isDone ? '✓' : number}
      </span>
      <div className="set-up-text">
        <h2 id={heading}>
          {title}
          {isDone ? <span className="visually-hidden"> (done)</span> : null}
        </h2>
        {children}
      </div>
    </li>
  );
}
