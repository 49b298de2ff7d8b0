import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from '@hopsmeter/db';

/** Tells which requests have reached the ledger, as a client learns it that looks at the receipts of its events. */
export type RecordedWatch = {
  close(): Promise<void>;
};

const LOOK_EVERY_MS = 300;

/** A statement that began so long ago may still commit with the time at which it began. */
const OVERLAP_SECONDS = 20;

const RECENT = `
select id, recorded_at::text as "recordedAt",
  array(select request ->> 'requestId' from jsonb_array_elements(requests) as request) as "requestIds"
from hopsmeter.usage_batches where recorded_at > $1::timestamptz - interval '${OVERLAP_SECONDS} seconds'
order by recorded_at
`;

type Row = { readonly id: string; readonly recordedAt: string; readonly requestIds: readonly string[] };

/** @param onBatch told once of every batch, shortly after it was recorded. */
export function startRecordedWatch(pool: Pool, onBatch: (requestIds: readonly string[]) => void): RecordedWatch {
  const closer = new AbortController();
  let seen = new Map<string, string>();
  let last = '-infinity';

  const look = async (): Promise<void> => {
    const { rows } = await pool.query<Row>(RECENT, [last]);
    const before = seen;
    seen = new Map(rows.map(({ id, recordedAt }) => [id, recordedAt]));
    last = rows.at(-1)?.recordedAt ?? last;
    for (const { id, requestIds } of rows) if (!before.has(id)) onBatch(requestIds);
  };

  const run = async (): Promise<void> => {
    while (!closer.signal.aborted) {
      // While Postgres is away nothing is recorded: the next look finds what this one missed.
      await look().catch(() => undefined);
      await delay(LOOK_EVERY_MS);
    }
  };
  const running = run();
  return {
    close() {
      closer.abort();
      return running;
    },
  };
}
