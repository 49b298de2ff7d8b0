import { useState } from 'react';
import { formatMonth } from '../../format/date.ts';
import { sumDecimals } from '../../format/decimal.ts';
import { formatCount } from '../../format/quantity.ts';
import { CheckField, ReasonField } from '../../parts/fields.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { Money } from '../../parts/money.tsx';
import type { ClosingOrder } from './use-closing.ts';
import type { MonthDryRun } from './use-month-dry-run.ts';

export type CloseAccountsProps = {
  readonly month: string;
  readonly result: MonthDryRun;
  readonly onConfirm: (order: ClosingOrder) => void;
  readonly onClose: () => void;
};

/** Nothing is sent from here: closing shows its progress in the view. */
const NOT_SENT = { isPending: false, error: null };

/** Asks whether to close what the dry run showed; what something waits of only when one says so, and why. */
export function CloseAccounts({ month, result: { closed }, onConfirm, onClose }: CloseAccountsProps) {
  const ready = closed.filter(({ waiting }) => waiting === null);
  const waiting = closed.filter((statement) => statement.waiting !== null);
  const [isAccepted, setAccepted] = useState(ready.length === 0);
  const [reason, setReason] = useState('');
  const taken = isAccepted ? closed : ready;
  const idsOf = (statements: typeof closed): readonly string[] =>
    statements.map(({ accountOwnerId }) => accountOwnerId);
  return (
    <FormDialog
      title={`Close ${formatMonth(month)}?`}
      submit={`Close ${formatCount(taken.length)} ${taken.length === 1 ? 'account' : 'accounts'}`}
      isDanger
      isIncomplete={taken.length === 0 || (isAccepted && waiting.length > 0 && reason.trim() === '')}
      send={NOT_SENT}
      onSubmit={() =>
        onConfirm({ ready: idsOf(ready), waiting: isAccepted ? idsOf(waiting) : [], reason: reason.trim() })
      }
      onClose={onClose}
    >
      <p>
        {taken.length === 1
          ? 'The account gets its final, numbered statement of '
          : 'Each account gets its final, numbered statement, together '}
        <Money amount={sumDecimals(taken.map(({ total }) => total))} />. It never changes again, and the month cannot be
        reopened: whatever comes later is booked in the account's next month.
      </p>
      {waiting.length === 0 ? null : (
        <CheckField
          label={ready.length === 0 ? 'Close even though something is waiting' : alsoClose(waiting.length)}
          hint="Parked events, missing hours or differences could still change these statements."
          value={isAccepted}
          onChange={setAccepted}
        />
      )}
      <ReasonField isRequired={isAccepted && waiting.length > 0} value={reason} onChange={setReason} />
    </FormDialog>
  );
}

function alsoClose(count: number): string {
  return `Also close ${formatCount(count)} ${count === 1 ? 'account' : 'accounts'} that something is waiting for`;
}
