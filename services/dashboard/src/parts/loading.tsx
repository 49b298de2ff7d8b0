export type LoadingProps = {
  /** What is being loaded, for screen readers: `Loading the accounts`. */
  readonly label?: string;
  /** Grey lines where the content will be. */
  readonly lines?: number;
};

/** What stands where an answer will be. */
export function Loading({ label = 'Loading', lines = 4 }: LoadingProps) {
  return (
    <div className="loading" role="status">
      <span className="visually-hidden">{label}</span>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all the same and never change places
        <span key={line} className="loading-line" aria-hidden="true" />
      ))}
    </div>
  );
}
