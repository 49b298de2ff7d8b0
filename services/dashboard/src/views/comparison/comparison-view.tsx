import './comparison.css';
import { useQuery } from '../../address/use-query.ts';
import { useApiPages } from '../../api/client.ts';
import { addDays, formatDay, formatMonth, isMonth, monthOf } from '../../format/date.ts';
import { formatCount } from '../../format/quantity.ts';
import { Answer } from '../../parts/answer.tsx';
import { Empty } from '../../parts/empty.tsx';
import { HealthBadge } from '../../parts/health-badge.tsx';
import { MonthPicker } from '../../parts/month-picker.tsx';
import { MoreButton } from '../../parts/more-button.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { causeText } from './causes.ts';
import { CausesTable } from './causes-table.tsx';
import { ComparisonDownloads } from './comparison-downloads.tsx';
import { type Comparison, type ComparisonSummary, comparisonSchema } from './comparison-schema.ts';
import { DifferencesTable } from './differences-table.tsx';
import { SumsTable } from './sums-table.tsx';

const PAGE_ROWS = '100';

/** Both databases are read from end to end: of thousands of users it takes a while. */
const TIMEOUT_MS = 300_000;

/** How a month of the application in use today differs from what was metered, and why. */
export function ComparisonView() {
  const [query, setQuery] = useQuery();
  const asked = query.get('month');
  const month = isMonth(asked) ? asked : monthOf();
  const cause = query.get('cause') ?? undefined;
  const list = useApiPages(`/v1/comparisons/${month}`, { cause, limit: PAGE_ROWS }, comparisonSchema, {
    timeoutMs: TIMEOUT_MS,
  });
  const isOff = list.error?.code === 'COMPARISON_OFF';
  const onShow = (next: string | undefined): void => setQuery({ cause: next });
  return (
    <>
      <PageTitle title="Comparison">
        <MonthPicker month={month} onChange={(next) => setQuery({ month: next, cause: '' })} />
        {isOff ? null : <ComparisonDownloads month={month} cause={cause} />}
      </PageTitle>
      <p className="comparison-intro quiet">
        For each user and day: what the application in use today recorded, what was metered, and why they differ. Both
        are only read.
      </p>
      {isOff ? (
        <section className="card" aria-label="Nothing to compare with">
          <Empty title="No application database is configured.">
            <p>
              The operator sets <code>DIRECTORY_SOURCE_URL</code> for the api, to the Postgres of the application.
            </p>
          </Empty>
        </section>
      ) : (
        <Answer of={list} label={`Comparing ${formatMonth(month)}`} lines={10}>
          {({ pages: [first, ...others] }) =>
            first?.summary === undefined ? null : (
              <Compared
                month={month}
                comparison={first}
                summary={first.summary}
                rows={[first, ...others].flatMap(({ rows }) => rows)}
                cause={cause}
                onShow={onShow}
              />
            )
          }
        </Answer>
      )}
      <MoreButton of={list} />
    </>
  );
}

type ComparedProps = {
  readonly month: string;
  readonly comparison: Comparison;
  readonly summary: ComparisonSummary;
  readonly rows: Comparison['rows'];
  readonly cause: string | undefined;
  readonly onShow: (cause: string | undefined) => void;
};

function Compared({ month, comparison, summary, rows, cause, onShow }: ComparedProps) {
  if (comparison.from === comparison.to)
    return (
      <section className="card" aria-label={formatMonth(month)}>
        <Empty title={`No day in ${formatMonth(month)} has ended yet.`}>
          <p>Days are compared from two hours after they end, in UTC.</p>
        </Empty>
      </section>
    );
  if (comparison.userCount === 0)
    return (
      <section className="card" aria-label={formatMonth(month)}>
        <Empty title={`Neither system has usage in ${formatMonth(month)}.`} />
      </section>
    );
  const count =
    cause === undefined ? summary.differentCount : (summary.causes.find((one) => one.cause === cause)?.count ?? 0);
  return (
    <div className="comparison">
      <section className="card" aria-labelledby="comparison-sums">
        <div className="card-head">
          <h2 id="comparison-sums">
            {formatDay(comparison.from)} to {formatDay(addDays(comparison.to, -1))}
          </h2>
          <Verdict summary={summary} />
        </div>
        <p className="comparison-counts quiet">
          {formatCount(comparison.userCount)} users: {formatCount(summary.equalCount)} numbers are equal,{' '}
          {formatCount(summary.differentCount)} differ.
          {comparison.importedDayCount > 0
            ? ` ${formatCount(comparison.importedDayCount)} imported days are the application's own ` +
              'numbers and are left out.'
            : ''}
        </p>
        <SumsTable measures={summary.measures} />
      </section>
      <section className="card" aria-labelledby="comparison-causes">
        <div className="card-head">
          <h2 id="comparison-causes">Why they differ</h2>
        </div>
        <CausesTable causes={summary.causes} chosen={cause} onShow={onShow} />
      </section>
      <section className="card" aria-labelledby="comparison-rows">
        <div className="card-head">
          <h2 id="comparison-rows">
            {cause === undefined ? 'Differences' : `Differences: ${causeText(cause).name}`} ({formatCount(count)})
          </h2>
          {cause === undefined ? null : (
            <button type="button" className="button button-quiet" onClick={() => onShow('')}>
              All causes
            </button>
          )}
        </div>
        <DifferencesTable rows={rows} />
      </section>
    </div>
  );
}

function Verdict({ summary: { differentCount, unexplainedCount } }: { readonly summary: ComparisonSummary }) {
  if (unexplainedCount > 0)
    return <HealthBadge health="watch">{formatCount(unexplainedCount)} unexplained</HealthBadge>;
  return <HealthBadge health="good">{differentCount === 0 ? 'All equal' : 'All explained'}</HealthBadge>;
}
