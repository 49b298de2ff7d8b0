import { type ReactNode, useState } from 'react';
import { Dialog } from './dialog.tsx';

export type SecretDialogProps = {
  readonly title: string;
  /** What it is, in the middle of a sentence: `key`. */
  readonly name: string;
  readonly secret: string;
  readonly onClose: () => void;
  /** What to do with it. */
  readonly children?: ReactNode;
};

/** Shows a secret that cannot be shown again; only a press on the button closes it. */
export function SecretDialog({ title, name, secret, onClose, children }: SecretDialogProps) {
  return (
    <Dialog title={title} onClose={onClose} isFirm>
      <p>Copy the {name} now: it is not stored and cannot be shown again.</p>
      <CodeBlock name={name} text={secret} />
      {children}
      <div className="form-buttons">
        <button type="button" className="button button-main" onClick={onClose}>
          I have copied it
        </button>
      </div>
    </Dialog>
  );
}

/** Text for a terminal or another program, with a button that copies all of it. */
export function CodeBlock({ name, text }: { readonly name: string; readonly text: string }) {
  const [said, setSaid] = useState('');
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setSaid('Copied'),
      () => setSaid('Not copied: select the text'),
    );
  };
  return (
    <div className="code-block">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reachable by keyboard */}
      <section tabIndex={0} aria-label={name} className="code-block-text">
        <pre>{text}</pre>
      </section>
      {'clipboard' in navigator ? (
        <button type="button" className="button" onClick={copy}>
          Copy the {name}
        </button>
      ) : null}
      <span role="status" className="quiet">
        {said}
      </span>
    </div>
  );
}
