import './parked.css';
import { useState } from 'react';
import { useQuery } from '../../address/use-query.ts';
import { useApiPages } from '../../api/client.ts';
import type { Pipeline } from '../../api/schemas.ts';
import { usePipeline } from '../../api/use-pipeline.ts';
import { formatCount } from '../../format/quantity.ts';
import { Answer } from '../../parts/answer.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { Segments } from '../../parts/segments.tsx';
import { useMe } from '../../session/use-session.ts';
import { Decide } from './decide.tsx';
import { FollowStatus } from './follow-status.tsx';
import { GpuModels } from './gpu-models.tsx';
import { NamespaceRules } from './namespace-rules.tsx';
import { type ParkedEvent, parkedSchema, STATUSES } from './parked-schemas.ts';
import { ParkedTable } from './parked-table.tsx';
import { reasonText } from './reasons.ts';
import { ReasonsTable } from './reasons-table.tsx';
import { RemedyDialog } from './remedies/remedy-dialog.tsx';
import { RetryStatus } from './retry-status.tsx';
import { useFollow } from './use-follow.ts';
import { useRetry } from './use-retry.ts';

/** A page of the list; a person goes through some dozens. */
const PAGE_EVENTS = '100';

/** Accepted events that are not counted: why, since when, and what one can do. */
export function ParkedView() {
  const { isAdmin } = useMe();
  const [query, setQuery] = useQuery();
  const status = STATUSES.find(({ value }) => value === query.get('status'))?.value ?? 'pending';
  const reason = query.get('reason') ?? undefined;
  const pipeline = usePipeline();
  const list = useApiPages('/v1/parked', { status, reason, limit: PAGE_EVENTS }, parkedSchema);
  const retry = useRetry();
  const { followed, follow } = useFollow();
  const [helped, setHelped] = useState<ParkedEvent>();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const choose = (next: ReadonlySet<string>): void => setChosen(next);
  const show = (changes: { readonly status?: string; readonly reason?: string | undefined }): void => {
    setChosen(new Set());
    setQuery(changes);
  };
  const events = list.data?.pages.flatMap(({ parkedEvents }) => parkedEvents) ?? [];
  return (
    <>
      <PageTitle title="Parked events">
        {isAdmin && (pipeline.data?.parkedPending ?? 0) > 0 ? (
          <button
            type="button"
            className="button button-main"
            disabled={retry.isBusy}
            onClick={() => retry.start({ filter: {} })}
          >
            Retry all
          </button>
        ) : null}
      </PageTitle>
      <p className="parked-intro quiet">
        These events were accepted and are kept, but could not be counted. What lacks a user, a project, a meter, a GPU
        model or a price is counted automatically once that exists; the rest waits for a decision.{' '}
        {isAdmin ? '' : 'Billing admins can.'}
      </p>
      <RetryStatus progress={retry.progress} problem={retry.problem} />
      <FollowStatus followed={followed} />
      <section className="card" aria-labelledby="reasons">
        <div className="card-head">
          <h2 id="reasons">Why they wait</h2>
        </div>
        <Answer of={pipeline} label="Loading the reasons">
          {(data) => (
            <ReasonsTable
              counts={data.parkedByReason}
              chosen={reason}
              onShow={(next) => show({ reason: next, status: 'pending' })}
              onRetry={isAdmin ? (next) => retry.start({ filter: { reason: next } }) : undefined}
              isBusy={retry.isBusy}
            />
          )}
        </Answer>
      </section>
      <NamespaceRules isAdmin={isAdmin} />
      <section className="card" aria-labelledby="events">
        <div className="card-head">
          <h2 id="events">
            {reason === undefined ? 'Events' : `Events: ${reasonText(reason).name}`}
            {status === 'pending' && pipeline.data !== undefined
              ? ` (${formatCount(waitingCount(pipeline.data, reason))})`
              : ''}
          </h2>
          <div className="parked-tools">
            {reason === undefined ? null : (
              <button type="button" className="button button-quiet" onClick={() => show({ reason: undefined })}>
                All reasons
              </button>
            )}
            <Segments
              label="Which events"
              options={STATUSES}
              value={status}
              onChange={(next) => show({ status: next === 'pending' ? '' : next })}
            />
          </div>
        </div>
        {isAdmin && status === 'pending' ? (
          <Decide
            events={events.filter(({ id }) => chosen.has(id))}
            onRetry={(ids) => retry.start({ ids })}
            onRelease={retry.follow}
            onDone={() => setChosen(new Set())}
            isBusy={retry.isBusy}
          />
        ) : null}
        <Answer of={list} label="Loading the events" lines={6}>
          {() => (
            <ParkedTable
              status={status}
              events={events}
              chosen={chosen}
              onChoose={isAdmin && status === 'pending' ? choose : undefined}
              onHelp={isAdmin && (status === 'pending' || status === 'ignored') ? setHelped : undefined}
            />
          )}
        </Answer>
        {list.hasNextPage ? (
          <button
            type="button"
            className="button parked-more"
            disabled={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            {list.isFetchingNextPage ? 'Loading…' : 'Show more'}
          </button>
        ) : null}
      </section>
      <GpuModels waiting={waitingModels(events)} isAdmin={isAdmin} />
      {helped === undefined ? null : (
        <RemedyDialog event={helped} events={events} onDone={follow} onClose={() => setHelped(undefined)} />
      )}
    </>
  );
}

/** How many events wait, all or those with one reason. */
function waitingCount({ parkedPending, parkedByReason }: Pipeline, reason: string | undefined): number {
  return reason === undefined ? parkedPending : (parkedByReason[reason] ?? 0);
}

/** The GPU models that events wait with, each once. */
function waitingModels(events: readonly ParkedEvent[]): readonly string[] {
  const models = events
    .filter(({ reason, status }) => reason === 'unknown_gpu_model' && status === 'pending')
    .map(({ event }) => event.gpuModel);
  return [...new Set(models.filter((model) => typeof model === 'string'))].sort();
}
