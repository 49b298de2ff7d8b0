import { type ReactNode, useId } from 'react';
import type { ApiProblem } from '../api/api-problem.ts';
import { Problem } from './problem.tsx';

export type ChangeFormProps = {
  /** What the button says that does it: `Revoke the key`. */
  readonly submit: string;
  /** It takes something away, or cannot be taken back. */
  readonly isDanger?: boolean;
  /** Something that is needed is not there yet. */
  readonly isIncomplete?: boolean;
  /** The change, as `useSend` has it. */
  readonly send: { readonly isPending: boolean; readonly error: ApiProblem | null };
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
};

/** A form that changes something: it stays until that worked, and says why it did not. */
export function ChangeForm(props: ChangeFormProps) {
  const { submit, isDanger = false, isIncomplete = false, send, onSubmit, onClose, children } = props;
  const problem = useId();
  return (
    <form
      className="form"
      aria-describedby={send.error === null ? undefined : problem}
      onSubmit={(event) => {
        event.preventDefault();
        if (!send.isPending) onSubmit();
      }}
    >
      {children}
      {send.error === null ? null : (
        <div id={problem}>
          <Problem problem={send.error} />
        </div>
      )}
      <div className="form-buttons">
        <button
          type="submit"
          className={isDanger ? 'button button-main-danger' : 'button button-main'}
          disabled={isIncomplete || send.isPending}
        >
          {send.isPending ? 'Working…' : submit}
        </button>
        <button type="button" className="button button-quiet" onClick={onClose}>
          Cancel
        </button>
      </div>
    </form>
  );
}
