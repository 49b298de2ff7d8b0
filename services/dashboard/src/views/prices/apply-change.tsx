import { useState } from 'react';
import { addresses } from '../../address/addresses.ts';
import { go } from '../../address/go.ts';
import type { ApiProblem } from '../../api/api-problem.ts';
import { useSend } from '../../api/client.ts';
import { ReasonField } from '../../parts/fields.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { say } from '../../parts/said.tsx';
import { ForecastText } from './forecast-text.tsx';
import { type Forecast, priceChangedSchema, TOUCHED_BY_PRICES } from './price-schemas.ts';

type Body = { readonly change: object; readonly reason: string; readonly fingerprint: string };

export type ApplyChangeProps = {
  readonly title: string;
  readonly submit: string;
  readonly isDanger: boolean | undefined;
  readonly change: object;
  readonly forecast: Forecast;
  /** Prices or closed months are not what they were: the dry run is made again. @throws ApiProblem */
  readonly onStale: () => Promise<unknown>;
  readonly onBack: () => void;
  readonly onClose: () => void;
};

/** Shows what a change of prices would do, asks why, and applies just that. */
export function ApplyChange(props: ApplyChangeProps) {
  const { title, submit, isDanger, change, forecast, onStale, onBack, onClose } = props;
  const [reason, setReason] = useState('');
  const [again, setAgain] = useState<'no' | 'asking' | 'asked' | ApiProblem>('no');
  const send = useSend<typeof priceChangedSchema, Body>(
    'POST',
    '/v1/price-changes',
    priceChangedSchema,
    TOUCHED_BY_PRICES,
  );
  const tryAgain = (): void => {
    setAgain('asking');
    onStale().then(
      () => setAgain('asked'),
      (problem: ApiProblem) => setAgain(problem),
    );
  };
  const apply = (): void =>
    send.mutate(
      { change, reason: reason.trim(), fingerprint: forecast.fingerprint },
      {
        onSuccess({ priceChange }) {
          say('The prices are changed.');
          onClose();
          if (priceChange !== null) go(addresses.priceChange(priceChange.id));
        },
        onError: ({ code }) => (code === 'STALE_DRY_RUN' ? tryAgain() : undefined),
      },
    );
  const isStale = send.error?.code === 'STALE_DRY_RUN';
  const problem = typeof again === 'object' ? again : isStale ? null : send.error;
  return (
    <FormDialog
      title={title}
      submit={submit}
      isDanger={isDanger ?? false}
      isIncomplete={reason.trim() === '' || typeof again === 'object'}
      send={{ isPending: send.isPending || again === 'asking', error: problem }}
      onSubmit={apply}
      onClose={onClose}
    >
      {again === 'asked' ? (
        <p className="notice" role="status">
          Prices or closed months changed since the dry run, so nothing was applied. This is a new dry run: look at it
          again.
        </p>
      ) : null}
      <ForecastText forecast={forecast} />
      <ReasonField value={reason} onChange={setReason} error={send.error?.fields.get('reason')} />
      <p>
        <button type="button" className="link-button" onClick={onBack}>
          Back to the fields
        </button>
      </p>
    </FormDialog>
  );
}
