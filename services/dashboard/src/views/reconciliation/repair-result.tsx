import { formatCount } from '../../format/quantity.ts';
import type { Repair } from './reconciliation-schemas.ts';

/** What a repair did, and what it left. */
export function RepairResult({ repair }: { readonly repair: Repair }) {
  const { repairedRows, closedRows, unpricedRows, leftDays } = repair;
  const rowsOf = (count: number): string => (count === 1 ? '1 row' : `${formatCount(count)} rows`);
  return (
    <section className="card" aria-labelledby="repair">
      <h2 id="repair">Repaired</h2>
      <p>
        {repairedRows === 0 ? 'No row differs any more.' : `${rowsOf(repairedRows)} now say what the ledger says.`}
        {closedRows === 0 ? '' : ` ${rowsOf(closedRows)} of closed months stay: restore them from their statement.`}
        {unpricedRows === 0 ? '' : ` For ${rowsOf(unpricedRows)} no price is in force.`}
        {leftDays === 0 ? '' : ' Some days are left: repair again.'} The list below is what the comparison found.
      </p>
    </section>
  );
}
