import { useState } from 'react';
import { AccountField } from '../../../parts/account-field.tsx';
import { CheckedFormDialog } from '../../../parts/checked-form-dialog.tsx';
import { ReasonField, SelectField, TextField } from '../../../parts/fields.tsx';
import { say } from '../../../parts/said.tsx';
import { MovedUsage } from './moved-usage.tsx';
import { ownerChangeSchema, type User } from './people-schemas.ts';

const PAYERS = [
  { value: 'account', text: 'Another account' },
  { value: 'user', text: 'The user, as an account owner' },
] as const;

type Payer = (typeof PAYERS)[number]['value'];

export type ChangeOwnerProps = {
  readonly user: Pick<User, 'id' | 'name'>;
  /** The account that the user belongs to now. */
  readonly accountId: string;
  readonly onClose: () => void;
};

/** Changes who pays for a user, from now or from a moment in the past: first says what would move. */
export function ChangeOwner({ user, accountId, onClose }: ChangeOwnerProps) {
  const [payer, setPayer] = useState<Payer>('account');
  const [owner, setOwner] = useState('');
  const [from, setFrom] = useState('');
  const [reason, setReason] = useState('');
  const body = {
    accountOwnerId: payer === 'user' ? null : owner.trim(),
    ...(from === '' ? {} : { from: `${from}:00Z` }),
    ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
  };
  return (
    <CheckedFormDialog
      title={`Change who pays for ${user.name ?? user.id}`}
      submit="Change the owner"
      isIncomplete={payer === 'account' && owner.trim() === ''}
      method="POST"
      path={`/v1/users/${encodeURIComponent(user.id)}/owner`}
      schema={ownerChangeSchema}
      body={body}
      touches={[
        '/v1/users',
        '/v1/accounts',
        ...['', '/totals', '/breakdown'].map((part) => `/v1/accounts/${encodeURIComponent(accountId)}${part}`),
      ]}
      describe={(change) => <MovedUsage change={change} />}
      onDone={() => {
        say('The owner is changed.');
        onClose();
      }}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <p>The new owner pays for what the user uses from then on. Usage that was counted since then moves along.</p>
          <SelectField label="Who pays" isRequired options={PAYERS} value={payer} onChange={setPayer} />
          {payer === 'user' ? null : (
            <AccountField value={owner} onChange={setOwner} error={problem?.fields.get('accountOwnerId')} />
          )}
          <TextField
            label="From (UTC)"
            kind="datetime-local"
            hint="Empty: from now on."
            value={from}
            onChange={setFrom}
            error={problem?.fields.get('from')}
          />
          {from === '' ? null : (
            <ReasonField value={reason} onChange={setReason} error={problem?.fields.get('reason')} />
          )}
        </>
      )}
    </CheckedFormDialog>
  );
}
