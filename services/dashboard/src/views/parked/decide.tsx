import { useState } from 'react';
import { useSend } from '../../api/client.ts';
import { formatCount } from '../../format/quantity.ts';
import { ReasonField } from '../../parts/fields.tsx';
import { Problem } from '../../parts/problem.tsx';
import { decidedSchema, type ParkedEvent } from './parked-schemas.ts';
import { reasonText } from './reasons.ts';

export type DecideProps = {
  /** Those that were chosen. */
  readonly events: readonly ParkedEvent[];
  readonly onRetry: (ids: readonly string[]) => void;
  /** Told how many are counted as they are, by a worker within seconds. */
  readonly onRelease: (count: number) => void;
  readonly onDone: () => void;
  readonly isBusy: boolean;
};

type Body = { readonly ids: readonly string[]; readonly reason: string };

const TOUCHES = ['/v1/parked', '/v1/pipeline'];

/** What can be done with chosen events: try again, count as they are, give up. The last two are told with a reason. */
export function Decide({ events, onRetry, onRelease, onDone, isBusy }: DecideProps) {
  const [decision, setDecision] = useState<'release' | 'give-up'>();
  const [reason, setReason] = useState('');
  const release = useSend<typeof decidedSchema, Body>('POST', '/v1/parked/release', decidedSchema, TOUCHES);
  const giveUp = useSend<typeof decidedSchema, Body>('POST', '/v1/parked/give-up', decidedSchema, TOUCHES);
  const send = decision === 'release' ? release : giveUp;
  const isReleasable = events.every((event) => event.reason === 'implausible');
  const isRetriable = events.every((event) => !reasonText(event.reason).isForPerson);
  const ids = events.map(({ id }) => id);
  const decide = (): void => {
    send.mutate(
      { ids, reason: reason.trim() },
      {
        onSuccess: ({ count }) => {
          if (decision === 'release') onRelease(count);
          setDecision(undefined);
          setReason('');
          onDone();
        },
      },
    );
  };
  if (events.length === 0)
    return <p className="decide quiet">Select events to retry them, count them as they are, or give them up.</p>;
  const count = events.length === 1 ? '1 event' : `${formatCount(events.length)} events`;
  return (
    <div className="decide">
      <p className="decide-count">{count} chosen</p>
      <div className="decide-actions">
        <button
          type="button"
          className="button"
          disabled={isBusy || !isRetriable}
          title={isRetriable ? undefined : 'Retrying does not help where a person has to decide'}
          onClick={() => onRetry(ids)}
        >
          Retry
        </button>
        <button
          type="button"
          className="button"
          disabled={!isReleasable}
          title={isReleasable ? undefined : 'Only implausible events can be counted as they are'}
          aria-expanded={decision === 'release'}
          onClick={() => setDecision('release')}
        >
          Count as they are…
        </button>
        <button
          type="button"
          className="button button-danger"
          aria-expanded={decision === 'give-up'}
          onClick={() => setDecision('give-up')}
        >
          Give up…
        </button>
      </div>
      {decision === undefined ? null : (
        <form
          className="decide-form"
          onSubmit={(event) => {
            event.preventDefault();
            decide();
          }}
        >
          <p>
            {decision === 'release'
              ? `Count ${count} although implausible.`
              : `Never count ${count}. This cannot be taken back.`}
          </p>
          <ReasonField value={reason} onChange={setReason} error={send.error?.fields.get('reason')} />
          <div className="decide-actions">
            <button type="submit" className="button button-main" disabled={send.isPending || reason.trim() === ''}>
              {decision === 'release' ? `Count ${count}` : `Give up ${count}`}
            </button>
            <button type="button" className="button button-quiet" onClick={() => setDecision(undefined)}>
              Cancel
            </button>
          </div>
          {send.error === null ? null : <Problem problem={send.error} />}
        </form>
      )}
    </div>
  );
}
