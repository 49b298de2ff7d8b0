import type { Pool } from '../connection/pool.ts';

export const OPEN_STATUSES = ['pending', 'uncertain', 'rejected', 'too_old'] as const;

/** What is not settled, by status. Reads an index that holds nothing else. */
const COUNT_OPEN_REMITTANCES = `
select status, count(*)::integer as count from hopsmeter.stripe_remittances
where status in ('pending', 'uncertain', 'rejected', 'too_old')
group by status
`;

/** Counts with {@link COUNT_OPEN_REMITTANCES}; statuses that nothing has are 0. */
export async function countOpenRemittances(
  pool: Pool,
): Promise<Readonly<Record<(typeof OPEN_STATUSES)[number], number>>> {
  const { rows } = await pool.query<{ status: string; count: number }>(COUNT_OPEN_REMITTANCES);
  const counts = { pending: 0, uncertain: 0, rejected: 0, too_old: 0 };
  for (const status of OPEN_STATUSES) counts[status] = rows.find((row) => row.status === status)?.count ?? 0;
  return counts;
}
