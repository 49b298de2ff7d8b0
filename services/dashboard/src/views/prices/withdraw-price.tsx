import { useState } from 'react';
import { addDays, today } from '../../format/date.ts';
import { TextField } from '../../parts/fields.tsx';
import { ChangePrices } from './change-prices.tsx';

export type WithdrawRateProps = {
  readonly rateId: string;
  /** What is withdrawn, in words: `CPU: $0.40 per core-hour`. */
  readonly text: string;
  readonly onClose: () => void;
};

/** Takes a rate back: the one before it holds on. */
export function WithdrawRate({ rateId, text, onClose }: WithdrawRateProps) {
  return (
    <ChangePrices
      title="Withdraw this price?"
      submit="Withdraw the price"
      isDanger
      change={() => ({ kind: 'withdraw_rate', rateId })}
      onClose={onClose}
    >
      {() => (
        <>
          <p>{text}</p>
          <p>It is removed for all its days; the card's previous price stays in force.</p>
        </>
      )}
    </ChangePrices>
  );
}

export type ChangeOverrideProps = {
  readonly overrideId: string;
  readonly text: string;
  readonly onClose: () => void;
};

/** Takes back what an account has of its own, for all its days. */
export function WithdrawOverride({ overrideId, text, onClose }: ChangeOverrideProps) {
  return (
    <ChangePrices
      title="Withdraw it?"
      submit="Withdraw it"
      isDanger
      change={() => ({ kind: 'withdraw_override', overrideId })}
      onClose={onClose}
    >
      {() => (
        <>
          <p>{text}</p>
          <p>It is removed for all its days. To keep it for the past, end it instead.</p>
        </>
      )}
    </ChangePrices>
  );
}

/** Moves the last day of what an account has of its own. */
export function EndOverride({ overrideId, text, onClose }: ChangeOverrideProps) {
  const [lastDay, setLastDay] = useState(today());
  return (
    <ChangePrices
      title="End it"
      submit="Set the last day"
      isIncomplete={lastDay === ''}
      change={() => ({ kind: 'end_override', overrideId, validTo: addDays(lastDay, 1) })}
      onClose={onClose}
    >
      {(errorOf) => (
        <>
          <p>{text}</p>
          <TextField
            label="Last day"
            kind="date"
            isRequired
            hint="A usage day (UTC), earlier or later than now. Past days are re-rated."
            value={lastDay}
            onChange={setLastDay}
            error={errorOf('validTo')}
          />
        </>
      )}
    </ChangePrices>
  );
}
