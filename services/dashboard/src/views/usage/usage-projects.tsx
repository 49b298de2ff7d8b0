import './usage.css';
import { meterName, meterUnit } from '../../format/quantity.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Quantity } from '../../parts/quantity.tsx';
import { type OwnUsage, type ProjectUsage, sumByMeter, sumByProject } from './own-usage.ts';

/** The month by project and meter, each meter in its own unit. */
export function UsageProjects({ usage: { groups } }: { readonly usage: OwnUsage }) {
  const columns: readonly Column<ProjectUsage>[] = [
    { key: 'project', heading: 'Project', isRowHeader: true, className: 'usage-project', render: ({ name }) => name },
    ...[...sumByMeter(groups)].map(
      ([meter, sum]): Column<ProjectUsage> => ({
        key: meter,
        heading: (
          <>
            {meterName(meter)} <span className="usage-unit">{meterUnit(meter)}</span>
          </>
        ),
        align: 'right',
        render: ({ meters }) => {
          const quantity = meters.get(meter);
          return quantity === undefined ? (
            <span className="quiet">–</span>
          ) : (
            <Quantity quantity={quantity} meter={meter} isAligned />
          );
        },
        total: <Quantity quantity={sum} meter={meter} isAligned />,
      }),
    ),
  ];
  return (
    <section className="card" aria-labelledby="usage-projects">
      <div className="card-head">
        <h2 id="usage-projects">By project</h2>
      </div>
      <DataTable
        caption="Usage by project and meter"
        columns={columns}
        rows={sumByProject(groups)}
        rowKey={({ id }) => id ?? ''}
      />
    </section>
  );
}
