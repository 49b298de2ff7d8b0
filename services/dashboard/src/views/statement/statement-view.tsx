import './statement.css';
import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { useApi } from '../../api/client.ts';
import { formatMonth } from '../../format/date.ts';
import { Answer } from '../../parts/answer.tsx';
import { DownloadButton } from '../../parts/download-button.tsx';
import { Empty } from '../../parts/empty.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { isAdjustment } from './line-kinds.ts';
import { formatStatementCsv } from './statement-csv.ts';
import { StatementLines } from './statement-lines.tsx';
import { StatementNeighbours } from './statement-neighbours.tsx';
import { StatementParties } from './statement-parties.tsx';
import { type Statement, statementSchema } from './statement-schema.ts';
import { StatementSums } from './statement-sums.tsx';

/** What an account's month comes to: a draft that follows the usage, or the final statement as it was closed. */
export function StatementView({ id, month }: { readonly id: string; readonly month: string }) {
  const statement = useApi(`/v1/statements/${encodeURIComponent(id)}/${month}`, {}, statementSchema);
  const customer = statement.data?.customer;
  const name = customer?.name ?? customer?.email ?? id;
  const isMissing = statement.error?.code === 'NOT_FOUND';
  return (
    <>
      <PageTitle
        title={`${titleOf(statement.data)}, ${formatMonth(month)}`}
        up={<Link href={addresses.account(id, { month })}>{name}</Link>}
      >
        {statement.data !== undefined ? <Tools statement={statement.data} id={id} month={month} /> : null}
      </PageTitle>
      {isMissing ? (
        <Empty title="Statement not found.">
          The account is unknown, or nothing was booked in this month and a later month is closed.
        </Empty>
      ) : (
        <Answer of={statement} label="Loading the statement" lines={10}>
          {(data) => <Sheet statement={data} />}
        </Answer>
      )}
    </>
  );
}

function titleOf(statement: Statement | undefined): string {
  if (statement === undefined) return 'Statement';
  return statement.number === null ? 'Draft statement' : `Statement no. ${statement.number}`;
}

type ToolsProps = { readonly statement: Statement; readonly id: string; readonly month: string };

function Tools({ statement, id, month }: ToolsProps) {
  const focus = `/v1/exports/focus?${new URLSearchParams({ month, account: id })}`;
  return (
    <>
      <StatementNeighbours id={id} month={month} />
      <button type="button" className="button" onClick={() => window.print()}>
        Print
      </button>
      <DownloadButton
        make={async () => new Blob([formatStatementCsv(statement)], { type: 'text/csv;charset=utf-8' })}
        fileName={`statement-${month}.csv`}
      >
        Lines (CSV)
      </DownloadButton>
      <DownloadButton address={focus} fileName={`focus-${month}.csv`}>
        FOCUS (CSV)
      </DownloadButton>
    </>
  );
}

function Sheet({ statement }: { readonly statement: Statement }) {
  const { month, status, lines } = statement;
  const adjustments = lines.filter(isAdjustment);
  return (
    <div className="statement">
      <StatementParties statement={statement} />
      {status === 'draft' ? (
        <p className="notice">
          This is a draft: it changes with the usage until the month is closed. It is not a bill yet.
        </p>
      ) : null}
      <StatementSums statement={statement} />
      <section className="card" aria-labelledby="usage-lines">
        <div className="card-head">
          <h2 id="usage-lines">Usage of {formatMonth(month)}</h2>
          <p className="figure-note">at list prices, by meter and member</p>
        </div>
        <StatementLines
          caption={`Usage of ${formatMonth(month)}`}
          statement={statement}
          lines={lines.filter((line) => !isAdjustment(line))}
          empty="Nothing was used in this month."
        />
      </section>
      {adjustments.length === 0 ? null : (
        <section className="card" aria-labelledby="adjustment-lines">
          <div className="card-head">
            <h2 id="adjustment-lines">Adjustments</h2>
            <p className="figure-note">price models, and what arrived for closed months</p>
          </div>
          <StatementLines
            caption="Adjustments"
            statement={statement}
            lines={adjustments}
            hasOriginal
            empty="There are none."
          />
        </section>
      )}
      <p className="quiet">
        Amounts are in USD. The total is rounded once; the cents of the lines are assigned by largest remainder, so that
        they add up to it. <span className="statement-on-screen">Hover over an amount to see its exact value.</span>
      </p>
    </div>
  );
}
