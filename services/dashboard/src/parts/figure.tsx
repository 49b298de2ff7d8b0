import type { ReactNode } from 'react';

export type FigureProps = {
  readonly name: string;
  readonly note?: ReactNode;
  /** The number. */
  readonly children: ReactNode;
};

/** One number with its name, as a card; a `dl` with the class `cards` is around several. */
export function Figure({ name, note, children }: FigureProps) {
  return (
    <div className="card">
      <dt className="figure-name">{name}</dt>
      <dd className="figure-value">{children}</dd>
      {note === undefined ? null : <dd className="figure-note">{note}</dd>}
    </div>
  );
}
