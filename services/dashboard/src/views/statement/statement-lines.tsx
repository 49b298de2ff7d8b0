import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { formatMonth } from '../../format/date.ts';
import { sumDecimals } from '../../format/decimal.ts';
import { formatQuantityAligned, meterUnit } from '../../format/quantity.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Money } from '../../parts/money.tsx';
import { Quantity } from '../../parts/quantity.tsx';
import { describeLine, eventsOfLine } from './line-kinds.ts';
import type { Statement, StatementLine } from './statement-schema.ts';
import { UnitPrices } from './unit-prices.tsx';

export type StatementLinesProps = {
  readonly caption: string;
  readonly statement: Statement;
  readonly lines: readonly StatementLine[];
  /** Also shows which statement a line changes. */
  readonly hasOriginal?: boolean;
  readonly empty: string;
};

/** Lines of a statement with their sum, every row in the document, so that all of them are printed. */
export function StatementLines({ caption, statement, lines, hasOriginal = false, empty }: StatementLinesProps) {
  const columns: readonly Column<StatementLine>[] = [
    {
      key: 'what',
      heading: 'What',
      isRowHeader: true,
      render: (line) => <LineName statement={statement} line={line} />,
    },
    { key: 'user', heading: 'Member', render: (line) => <LineUser line={line} /> },
    ...(hasOriginal ? [ORIGINAL] : []),
    {
      key: 'quantity',
      heading: 'Quantity',
      align: 'right',
      render: ({ quantity, meter }) =>
        quantity === null ? '–' : <Quantity quantity={quantity} meter={meter} isAligned />,
    },
    { key: 'unit', heading: 'Unit', className: 'quiet nowrap', render: ({ meter }) => meterUnit(meter) },
    { key: 'unit-price', heading: 'Unit price', render: (line) => <UnitPrices line={line} /> },
    {
      key: 'credits',
      heading: 'Credits',
      align: 'right',
      render: ({ credits }) => <Quantity quantity={credits} isAligned />,
      total: formatQuantityAligned(sumDecimals(lines.map(({ credits }) => credits))),
    },
    {
      key: 'amount',
      heading: 'Amount',
      align: 'right',
      render: ({ amount, amountExact }) => <Money amount={amount} exact={amountExact} />,
      total: (
        <Money
          amount={sumDecimals(lines.map(({ amount }) => amount))}
          exact={sumDecimals(lines.map(({ amountExact }) => amountExact))}
        />
      ),
    },
  ];
  return (
    <DataTable
      caption={caption}
      columns={columns}
      rows={lines}
      rowKey={({ position }) => String(position)}
      empty={empty}
      isWhole
    />
  );
}

const ORIGINAL: Column<StatementLine> = {
  key: 'original',
  heading: 'Changes',
  render: ({ original, usageMonth }) =>
    original === null ? (
      <span className="quiet">{formatMonth(usageMonth)}, which has no statement</span>
    ) : (
      <Link href={addresses.statement(original.account, original.month)} className="nowrap">
        No. {original.number}, {formatMonth(original.month)}
      </Link>
    ),
};

function LineName({ statement, line }: { readonly statement: Statement; readonly line: StatementLine }) {
  const events = eventsOfLine(statement, line);
  const text = describeLine(line);
  return events === undefined ? text : <Link href={addresses.events(events)}>{text}</Link>;
}

function LineUser({ line: { user, labels } }: { readonly line: StatementLine }) {
  if (user === null) return <span className="quiet">the whole account</span>;
  return <span title={user}>{labels.user ?? user}</span>;
}
