import { type ReactNode, useEffect, useState } from 'react';

export type CopyableProps = {
  /** What is copied, and shown unless there are children. */
  readonly text: string;
  /** What it is, for who does not see it: `event id`. */
  readonly name: string;
  /** Shown instead of the text, such as a link with it. */
  readonly children?: ReactNode;
};

/** How long the button says that it did it. */
const SAID_MS = 2_000;

/**
 * An id with a button that copies it. Where the browser has no clipboard for the page (plain http from another machine)
 * there is no button; the text can be selected.
 */
export function Copyable({ text, name, children }: CopyableProps) {
  const [said, setSaid] = useState('');
  useEffect(() => {
    if (said === '') return undefined;
    const timer = setTimeout(() => setSaid(''), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setSaid('Copied'),
      () => setSaid('Not copied'),
    );
  };
  return (
    <span className="copyable">
      {children ?? <span className="fixed">{text}</span>}
      {'clipboard' in navigator ? (
        <button
          type="button"
          className="copyable-button"
          aria-label={`Copy ${name} ${text}`}
          title="Copy"
          onClick={copy}
        >
          <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
            <path d="M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z" fill="none" stroke="currentColor" strokeWidth="1.4" />
          </svg>
        </button>
      ) : null}
      <span role="status" className="copyable-said">
        {said}
      </span>
    </span>
  );
}
