import { ChangeForm, type ChangeFormProps } from './change-form.tsx';
import { Dialog } from './dialog.tsx';

export type FormDialogProps = ChangeFormProps & { readonly title: string };

/** A window with a form that changes something. */
export function FormDialog({ title, ...form }: FormDialogProps) {
  return (
    <Dialog title={title} onClose={form.onClose}>
      <ChangeForm {...form} />
    </Dialog>
  );
}
