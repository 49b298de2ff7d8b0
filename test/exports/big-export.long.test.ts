import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Pipeline, SERVICE_ROLE_KEY, startPipeline } from '../harness/pipeline.ts';
import { one } from '../harness/world.ts';
import { seedDirectory } from '../support/db/test-database.ts';

const ROWS = 200_000;

/** What the rest of a file may add to what its first part took. Held in memory, the rest of the CSV alone is 100 MB. */
const GROWTH_BYTES_MAX = 48 * 2 ** 20;

/** The garbage collector does not hurry: so much of a file passes before it is at its pace. */
const FIRST_PART = 0.4;

/** Held in memory, the rows are more than 1 GB. */
const BYTES_MAX = 400 * 2 ** 20;

const BYTES_PER_PAGE = 4_096;

/** A month of two accounts: every row of its own day, project and user, as 100 members of many projects make them. */
const FILL = `
with spaces as (
  insert into hopsmeter.projects (hopsworks_cluster_id, namespace, user_id, started_at)
  select $1::uuid, 'space-' || n, 'auth0|member', '-infinity' from generate_series(1, 1000) as n returning id
)
insert into hopsmeter.usage_daily
  (usage_date, booked_on, account_owner_id, user_id, hopsworks_cluster_id, project_id, meter, quantity, rate_id, price,
   price_quantity, event_count, first_event_at, last_event_at)
select day, day, owner, 'auth0|member', $1::uuid, numbered.id, rates.meter, 1.000000000001 * numbered.n, rates.id,
  rates.price, rates.price_quantity, 1, day, day
from (select id, row_number() over () as n from spaces) as numbered
cross join (select date '2025-10-01' + n as day from generate_series(0, 19) as n) as days
cross join (values ('auth0|owner'), ('auth0|other')) as accounts (owner)
cross join (select * from hopsmeter.rates where meter <> 'gpu_hours') as rates
`;

describe('a big export', () => {
  let pipeline: Pipeline;

  beforeAll(async () => {
    pipeline = await startPipeline({ ingests: 0, workers: 0, apis: 1 });
    const { clusterId } = await seedDirectory(pipeline.pool);
    const fill = { text: FILL, values: [clusterId], query_timeout: 600_000 };
    const { rowCount } = await pipeline.pool.query(fill);
    expect(rowCount).toBe(ROWS);
    await pipeline.pool.query('vacuum analyze hopsmeter.usage_daily');
  });
  afterAll(() => pipeline?.close());

  const api = () => one(pipeline.apis);
  const residentBytes = () => Number(readFileSync(`/proc/${api().pid}/statm`, 'utf8').split(' ')[1]) * BYTES_PER_PAGE;

  async function download(format: string) {
    const answer = await fetch(`${api().url}/v1/exports/focus?month=2025-10&format=${format}`, {
      headers: { authorization: `Bearer ${SERVICE_ROLE_KEY}` },
    });
    expect(answer.status).toBe(200);
    let [bytes, lines] = [0, 0];
    const samples: { readonly at: number; readonly resident: number }[] = [];
    for await (const piece of answer.body ?? []) {
      bytes += piece.byteLength;
      for (const byte of piece) if (byte === 10) lines += 1;
      samples.push({ at: bytes, resident: residentBytes() });
    }
    const mostUntil = (share: number) =>
      Math.max(...samples.filter(({ at }) => at <= share * bytes).map(({ resident }) => resident));
    return { bytes, lines, first: mostUntil(FIRST_PART), most: mostUntil(1) };
  }

  it.each(['csv', 'parquet'])('takes no more memory for its rest than for its begin: %s', async (format) => {
    const before = residentBytes();
    const begun = performance.now();
    const { bytes, lines, first, most } = await download(format);
    const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
    const [size, ...resident] = [bytes, before, first, most].map((count) => Math.round(count / 2 ** 20));
    process.stdout.write(
      `${format}: ${size} MB in ${seconds} s; the api before, in the first part, at most: ${resident} MB\n`,
    );
    if (format === 'csv') expect(lines).toBe(ROWS + 1);
    expect(most - first).toBeLessThan(GROWTH_BYTES_MAX);
    expect(most).toBeLessThan(BYTES_MAX);
  });
});
