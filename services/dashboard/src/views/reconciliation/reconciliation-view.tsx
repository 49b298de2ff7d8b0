import './reconciliation.css';
import { useState } from 'react';
import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { useApi } from '../../api/client.ts';
import { addDays } from '../../format/date.ts';
import { formatCount } from '../../format/quantity.ts';
import { Answer } from '../../parts/answer.tsx';
import { Day, Time } from '../../parts/day.tsx';
import { Figure } from '../../parts/figure.tsx';
import { Money } from '../../parts/money.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { useMe } from '../../session/use-session.ts';
import { DifferencesTable } from './differences-table.tsx';
import type { Repair } from './reconciliation-schemas.ts';
import { type Report, reportSchema } from './reconciliation-schemas.ts';
import { ReconciliationStatus } from './reconciliation-status.tsx';
import { RepairDialog } from './repair-dialog.tsx';
import { RepairResult } from './repair-result.tsx';
import { StatementDifferences } from './statement-differences.tsx';

/** How often it is looked whether it is done. */
const REFETCH_MS = 1_000;

/** A comparison with what it found, and the way to repair it. */
export function ReconciliationView({ id }: { readonly id: string }) {
  const { isAdmin } = useMe();
  const [isRepairing, setRepairing] = useState(false);
  const [repair, setRepair] = useState<Repair>();
  const [isDone, setDone] = useState(false);
  const path = `/v1/reconciliations/${id}`;
  const report = useApi(path, {}, reportSchema, { refetchMs: isDone ? undefined : REFETCH_MS });
  if (report.data?.status === 'done' && !isDone) setDone(true);
  const isRepairable = isAdmin && report.data?.status === 'done' && report.data.differingRows !== '0';
  return (
    <>
      <PageTitle
        title="Comparison of ledger and totals"
        up={<Link href={addresses.reconciliations()}>Reconciliation</Link>}
      >
        {isRepairable ? (
          <button type="button" className="button button-main" onClick={() => setRepairing(true)}>
            Repair
          </button>
        ) : null}
      </PageTitle>
      {repair === undefined ? null : <RepairResult repair={repair} />}
      <Answer of={report} label="Loading the comparison" lines={10}>
        {(data) => <Findings report={data} />}
      </Answer>
      {isRepairing && report.data !== undefined ? (
        <RepairDialog report={report.data} onDone={setRepair} onClose={() => setRepairing(false)} />
      ) : null}
    </>
  );
}

function Findings({ report }: { readonly report: Report }) {
  const { kind, requestedBy, requestedAt, from, to, dayCount, checkedRows, differingRows, differences } = report;
  return (
    <div className="reconciliation">
      <p className="quiet">
        {kind === 'scheduled' ? 'Every hour' : `Requested by ${requestedBy}`}, <Time time={requestedAt} />:{' '}
        {formatCount(dayCount)} {dayCount === 1 ? 'usage day' : 'usage days'}, <Day day={from} /> to{' '}
        <Day day={addDays(to, -1)} />.
      </p>
      <dl className="cards">
        <Figure name="Result">
          <ReconciliationStatus of={report} />
        </Figure>
        <Figure name="Rows compared">{formatCount(BigInt(checkedRows))}</Figure>
        <Figure name="Rows that differ">{formatCount(BigInt(differingRows))}</Figure>
        <Figure name="Cost difference" note="Too much and too little, added up">
          <Money amount={report.costDifference} />
        </Figure>
      </dl>
      <section className="card" aria-labelledby="differences">
        <div className="card-head">
          <h2 id="differences">Rows that differ</h2>
          {BigInt(differingRows) > BigInt(differences.length) ? (
            <p className="figure-note">the first {formatCount(differences.length)}</p>
          ) : null}
        </div>
        <DifferencesTable rows={differences} isDone={report.status === 'done'} />
      </section>
      <StatementDifferences rows={report.statementDifferences} />
    </div>
  );
}
