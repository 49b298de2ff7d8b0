import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';

export type DialogProps = {
  readonly title: string;
  /** The person wants it closed: by Escape or by the button. */
  readonly onClose: () => void;
  /** What stands in it is needed no second time, such as a key that is shown once: then Escape does not close it. */
  readonly isFirm?: boolean;
  readonly children: ReactNode;
};

/**
 * A window over the view, which has to be answered first. It is open while it is there; afterwards the focus goes back
 * to where it was.
 */
export function Dialog({ title, onClose, isFirm = false, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    // Before it leaves the document: only a dialog that is closed gives the focus back.
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        if (!isFirm) onClose();
      }}
    >
      <h2 id={heading}>{title}</h2>
      {children}
    </dialog>
  );
}
