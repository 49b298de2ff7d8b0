import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { readApi } from '../../api/client.ts';
import { type ParkedEvent, parkedSchema } from './parked-schemas.ts';

/** What became of events that somebody did something about. */
export type Followed = {
  /** The events as they are now. */
  readonly events: readonly ParkedEvent[];
  readonly state: 'waiting' | 'settled' | 'slow';
};

/** As many as the api tells of at once. */
const FOLLOWED_MAX = 100;

/** A worker looks every second for what a change made countable. */
const LOOK_MS = 1_000;

/** Longer than a worker rests before it tries an event again that failed a dozen times. */
const PATIENCE_MS = 60_000;

/**
 * Follows parked events until each is counted, given up, or was tried and waits for something else. Until then the
 * lists and counts on the page are asked for again.
 */
export function useFollow() {
  const client = useQueryClient();
  const [before, setBefore] = useState<readonly ParkedEvent[]>();
  const [followed, setFollowed] = useState<Followed>();

  useEffect(() => {
    if (before === undefined) return undefined;
    const until = Date.now() + PATIENCE_MS;
    let isLeft = false;
    const look = async (): Promise<void> => {
      const ids = before.map(({ id }) => id).join(',');
      const answer = await readApi(`/v1/parked?ids=${ids}&limit=${FOLLOWED_MAX}`, parkedSchema).catch(() => undefined);
      if (isLeft) return;
      await Promise.all(['/v1/parked', '/v1/pipeline'].map((path) => client.invalidateQueries({ queryKey: [path] })));
      if (isLeft) return;
      const events = answer?.parkedEvents ?? before;
      const isSettled = events.every((event) => wasTried(event, before));
      const isSlow = Date.now() > until;
      setFollowed({ events, state: isSettled ? 'settled' : isSlow ? 'slow' : 'waiting' });
      if (!isSettled && !isSlow) timer = setTimeout(look, LOOK_MS);
    };
    let timer = setTimeout(look, LOOK_MS);
    return () => {
      isLeft = true;
      clearTimeout(timer);
    };
  }, [before, client]);

  return {
    followed,
    follow: (events: readonly ParkedEvent[]): void => {
      const those = events.slice(0, FOLLOWED_MAX);
      setFollowed({ events: those, state: 'waiting' });
      setBefore(those);
    },
  };
}

/** Whether something happened to an event since it was seen. */
function wasTried(event: ParkedEvent, before: readonly ParkedEvent[]): boolean {
  const seen = before.find(({ id }) => id === event.id);
  return event.status !== seen?.status || (event.dueAt === null && event.tryCount > seen.tryCount);
}
