import { useState } from 'react';
import { useMe } from '../../../session/use-session.ts';
import { AccountCap } from '../account-cap.tsx';
import { RemoveCap } from './remove-cap.tsx';
import { SetCap } from './set-cap.tsx';

export type CapCardProps = {
  readonly id: string;
  /** USD a month; null without one. */
  readonly cap: string | null;
};

/** The spending cap with the month's alerts, and for billing admins how to change it. */
export function CapCard({ id, cap }: CapCardProps) {
  const { isAdmin } = useMe();
  const [open, setOpen] = useState<'set' | 'remove'>();
  const close = (): void => setOpen(undefined);
  return (
    <AccountCap id={id}>
      {isAdmin ? (
        <div className="form-buttons account-actions">
          <button type="button" className="button" onClick={() => setOpen('set')}>
            {cap === null ? 'Set a cap' : 'Change the cap'}
          </button>
          {cap === null ? null : (
            <button type="button" className="button button-danger" onClick={() => setOpen('remove')}>
              Remove the cap
            </button>
          )}
        </div>
      ) : null}
      {open === 'set' ? <SetCap id={id} cap={cap} onClose={close} /> : null}
      {open === 'remove' ? <RemoveCap id={id} onClose={close} /> : null}
    </AccountCap>
  );
}
