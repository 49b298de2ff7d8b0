import { type ReactNode, useState } from 'react';
import type * as z from 'zod/mini';
import type { ApiProblem } from '../api/api-problem.ts';
import { type ChangeMethod, useSend } from '../api/client.ts';
import { FormDialog } from './form-dialog.tsx';

export type CheckedFormDialogProps<S extends z.ZodMiniType> = {
  readonly title: string;
  /** What the button says that does it: `End the project`. */
  readonly submit: string;
  readonly isDanger?: boolean;
  readonly isIncomplete?: boolean;
  readonly method: ChangeMethod;
  readonly path: string;
  readonly schema: S;
  /** Without `dryRun`. */
  readonly body: object;
  readonly touches: readonly string[];
  /** Says what the dry run found. */
  readonly describe: (result: z.output<S>) => ReactNode;
  readonly onDone: (result: z.output<S>) => void;
  readonly onClose: () => void;
  /** The fields; told what is wrong with them. */
  readonly children: (problem: ApiProblem | null) => ReactNode;
};

/** A form that first shows what would happen, by a dry run, and then applies just that. */
export function CheckedFormDialog<S extends z.ZodMiniType>(props: CheckedFormDialogProps<S>) {
  const { title, submit, isDanger = false, isIncomplete = false, body, describe, onDone, onClose, children } = props;
  const [checked, setChecked] = useState<string>();
  const check = useSend<S, object>(props.method, props.path, props.schema);
  const apply = useSend<S, object>(props.method, props.path, props.schema, props.touches);
  // What was changed since is not what was checked.
  const asked = `${props.path} ${JSON.stringify(body)}`;
  const found = checked === asked ? check.data : undefined;
  const send = {
    isPending: check.isPending || apply.isPending,
    error: found === undefined ? check.error : apply.error,
  };
  const onSubmit = (): void => {
    if (found !== undefined) {
      apply.mutate(body, { onSuccess: onDone });
      return;
    }
    apply.reset();
    check.mutate({ ...body, dryRun: true }, { onSuccess: () => setChecked(asked) });
  };
  return (
    <FormDialog
      title={title}
      submit={found === undefined ? 'See what would happen' : submit}
      isDanger={isDanger && found !== undefined}
      isIncomplete={isIncomplete}
      send={send}
      onSubmit={onSubmit}
      onClose={onClose}
    >
      {children(send.error)}
      <div role="status">{found === undefined ? null : <div className="foreseen">{describe(found)}</div>}</div>
    </FormDialog>
  );
}
