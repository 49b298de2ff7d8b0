import { useQuery } from '../../address/use-query.ts';
import { useApi } from '../../api/client.ts';
import { daysOfMonth, formatMonth, isMonth, monthOf } from '../../format/date.ts';
import { meterName, meterUnit } from '../../format/quantity.ts';
import { Answer } from '../../parts/answer.tsx';
import { DownloadButton } from '../../parts/download-button.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Figure } from '../../parts/figure.tsx';
import { FreshnessLine } from '../../parts/freshness-line.tsx';
import { MonthPicker } from '../../parts/month-picker.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { Quantity } from '../../parts/quantity.tsx';
import { formatOwnUsageCsv, type OwnUsage, ownUsageSchema, sumByMeter } from './own-usage.ts';
import { UsageDays } from './usage-days.tsx';
import { UsageProjects } from './usage-projects.tsx';

/** How much the person used themselves in a month. No amount of money: the bill is the owner's. */
export function UsageView() {
  const [query, setQuery] = useQuery();
  const asked = query.get('month');
  const month = isMonth(asked) ? asked : monthOf();
  const usage = useApi('/v1/me/usage', { ...daysOfMonth(month), groupBy: 'day,project,meter' }, ownUsageSchema);
  const { data } = usage;
  return (
    <>
      <PageTitle title="My usage">
        <MonthPicker month={month} onChange={(next) => setQuery({ month: next })} />
        {data === undefined || data.groups.length === 0 ? null : (
          <DownloadButton make={async () => toFile(data)} fileName={`my-usage-${month}.csv`}>
            Daily rows (CSV)
          </DownloadButton>
        )}
      </PageTitle>
      <p className="quiet">
        What you used yourself, by UTC day. The owner of your account sees it too, and pays for it.
      </p>
      <Answer of={usage} label="Loading your usage" lines={10}>
        {(shown) => <Month usage={shown} />}
      </Answer>
    </>
  );
}

function Month({ usage }: { readonly usage: OwnUsage }) {
  const { from, groups, freshness } = usage;
  const month = formatMonth(from.slice(0, 7));
  if (groups.length === 0)
    return (
      <section className="card" aria-label={`Usage in ${month}`}>
        <Empty title={`You used nothing in ${month}.`}>
          Usage appears here after your cluster has reported it, usually within the hour. Choose an earlier month to see
          what you used then.
        </Empty>
      </section>
    );
  return (
    <>
      <dl className="cards">
        {[...sumByMeter(groups)].map(([meter, quantity]) => (
          <Figure key={meter} name={meterName(meter)} note={meterUnit(meter)}>
            <Quantity quantity={quantity} meter={meter} />
          </Figure>
        ))}
      </dl>
      <UsageDays usage={usage} />
      <UsageProjects usage={usage} />
      <FreshnessLine freshness={freshness} />
    </>
  );
}

function toFile(usage: OwnUsage): Blob {
  return new Blob([formatOwnUsageCsv(usage)], { type: 'text/csv;charset=utf-8' });
}
