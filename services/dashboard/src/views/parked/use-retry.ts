import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { readApi, useSend } from '../../api/client.ts';
import { usePipeline } from '../../api/use-pipeline.ts';
import { parkedSchema, retrySchema } from './parked-schemas.ts';

export type RetryBody = {
  readonly ids?: readonly string[];
  readonly filter?: { readonly reason?: string };
};

/** How a retry goes: how many events, how many waited before and wait now. */
export type RetryProgress = {
  readonly state: 'trying' | 'done' | 'slow';
  readonly retrying: number;
  readonly before: number;
  readonly now: number;
};

type Retry = { readonly retrying: number; readonly before: number; readonly until: number };

/** A worker looks for events to try every second. */
const LOOK_MS = 1_000;

/** 10,000 events, the most of one request, are tried within this time. */
const PATIENCE_MS = 60_000;

/** What a worker still has to try stands in the first page: those that wait longest are tried first. */
const LOOKED_AT = '500';

/**
 * Has events tried again, and follows it until a worker has tried them all: an answer of 202 only says that it will.
 * The counts on the page are asked for again all the while.
 */
export function useRetry() {
  const client = useQueryClient();
  const send = useSend<typeof retrySchema, RetryBody>('POST', '/v1/parked/retry', retrySchema);
  const pipeline = usePipeline();
  const now = pipeline.data?.parkedPending ?? 0;
  const [retry, setRetry] = useState<Retry>();
  const [state, setState] = useState<RetryProgress['state']>('done');

  useEffect(() => {
    if (retry === undefined) return undefined;
    let isLeft = false;
    const look = async (): Promise<void> => {
      const page = await readApi(`/v1/parked?limit=${LOOKED_AT}`, parkedSchema).catch(() => undefined);
      if (isLeft) return;
      const isDone = page?.parkedEvents.every(({ dueAt }) => dueAt === null) ?? false;
      await Promise.all(['/v1/parked', '/v1/pipeline'].map((path) => client.invalidateQueries({ queryKey: [path] })));
      if (isLeft) return;
      if (isDone) setState('done');
      else if (Date.now() > retry.until) setState('slow');
      else timer = setTimeout(look, LOOK_MS);
    };
    let timer = setTimeout(look, LOOK_MS);
    return () => {
      isLeft = true;
      clearTimeout(timer);
    };
  }, [retry, client]);

  const follow = (retrying: number): void => {
    setState('trying');
    setRetry({ retrying, before: now, until: Date.now() + PATIENCE_MS });
  };
  const start = (body: RetryBody): void => send.mutate(body, { onSuccess: ({ retrying }) => follow(retrying) });
  const progress: RetryProgress | undefined = retry && { state, retrying: retry.retrying, before: retry.before, now };
  return {
    start,
    /** Follows events that were marked in another way. */
    follow,
    progress,
    problem: send.error,
    isBusy: send.isPending || (retry !== undefined && state === 'trying'),
  };
}
