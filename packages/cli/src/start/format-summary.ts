import { formatCount, formatMoney } from '../console/format-number.ts';
import { formatTable } from '../console/format-table.ts';
import type { AccountsOfMonth, Pipeline, PipelineCounts } from './api-client.ts';

/** How events were answered when they were sent. */
export type Delivery = {
  readonly sent: number;
  readonly accepted: number;
  readonly refused: number;
  /** Events of requests that got no answer: they were sent again and may have been accepted twice. */
  readonly unanswered: number;
  /** What became of them: the growth of the api's counts while they were sent. `undefined`: in an earlier run. */
  readonly recorded: PipelineCounts | undefined;
};

export type Month = { readonly month: string; readonly isRunning: boolean; readonly accounts: AccountsOfMonth };

export type QuarantinedHour = {
  readonly hour: string;
  readonly name: string;
  readonly reason: string;
  readonly detail: string;
};

export type Summary = {
  readonly months: readonly Month[];
  /** `undefined` when this machine has never sent the demo. */
  readonly delivery: Delivery | undefined;
  readonly pipeline: Pipeline;
  /**
   * Rows of `usage_daily` (or that should be there), and how many differ from the ledger or from the prices in force.
   */
  readonly ledger: { readonly rowCount: number; readonly differentCount: number };
  readonly quarantined: readonly QuarantinedHour[];
};

/** A sentence about numbers that must hold. */
type Check = { readonly what: string; readonly count: number; readonly parts: string; readonly holds: boolean };

/** A part of the summary: its title and its lines. */
export type Section = { readonly title: string; readonly lines: readonly string[] };

/** Whether every number adds up. */
export function addsUp(summary: Summary): boolean {
  return checksOf(summary).every(({ holds }) => holds);
}

/** Writes the summary for a person. */
export function formatSummary(summary: Summary): readonly Section[] {
  const { pipeline, quarantined } = summary;
  const parked = Object.entries(pipeline.parkedByReason);
  return [
    { title: 'Totals in USD', lines: formatTotals(summary.months) },
    { title: 'Every event is accounted for', lines: formatChecks(checksOf(summary)) },
    ...(parked.length === 0 ? [] : [{ title: 'Parked events, waiting for a person', lines: formatParked(parked) }]),
    ...(quarantined.length === 0
      ? []
      : [{ title: 'OpenCost rows in quarantine, never billed as they are', lines: formatQuarantined(quarantined) }]),
  ];
}

function checksOf({ delivery, pipeline, ledger }: Summary): readonly Check[] {
  return [
    ...(delivery === undefined ? [] : [checkSent(delivery)]),
    delivery?.recorded === undefined ? checkRecorded('recorded', pipeline) : checkAccepted(delivery, delivery.recorded),
    {
      what: 'usage_daily rows',
      count: ledger.rowCount,
      parts: `= ledger, to the last digit; ${formatCount(ledger.differentCount)} differ`,
      holds: ledger.differentCount === 0,
    },
  ];
}

function checkSent({ sent, accepted, refused, recorded }: Delivery): Check {
  const parts = `= ${formatCount(accepted)} accepted + ${formatCount(refused)} refused`;
  return {
    what: 'sent',
    count: sent,
    parts: recorded === undefined ? `${parts}, when the demo was loaded` : parts,
    holds: sent === accepted + refused,
  };
}

function checkRecorded(what: string, { events, counted, duplicates, parked }: PipelineCounts): Check {
  return {
    what,
    count: events,
    parts: `= ${formatCount(counted)} counted + ${formatCount(duplicates)} duplicate + ${formatCount(parked)} parked`,
    holds: events === counted + duplicates + parked,
  };
}

function checkAccepted({ accepted, unanswered }: Delivery, recorded: PipelineCounts): Check {
  const check = checkRecorded('accepted', recorded);
  const twice = recorded.events - accepted;
  return {
    ...check,
    count: accepted,
    parts: twice > 0 ? `${check.parts}, ${formatCount(twice)} of them twice after a lost answer` : check.parts,
    holds: check.holds && twice >= 0 && twice <= unanswered,
  };
}

function formatChecks(checks: readonly Check[]): string[] {
  return formatTable({
    columns: [{ heading: '' }, { heading: '', align: 'right' }, { heading: '' }, { heading: '' }],
    rows: checks.map(({ what, count, parts, holds }) => [what, formatCount(count), parts, holds ? 'ok' : 'NOT OK']),
  });
}

function formatTotals(months: readonly Month[]): string[] {
  const accounts = new Map(
    months.flatMap(({ accounts }) =>
      accounts.accounts.map(({ id, name, email }) => [id, { id, name, email }] as const),
    ),
  );
  const totalIn = ({ accounts }: Month, id: string): string =>
    formatMoney(accounts.accounts.find((account) => account.id === id)?.total ?? '0.00');
  const lines = formatTable({
    columns: [
      { heading: 'Account' },
      { heading: 'E-mail' },
      ...months.map(({ month, isRunning }) => ({
        heading: isRunning ? `${month} so far` : month,
        align: 'right' as const,
      })),
    ],
    rows: [...accounts.values()].map(({ id, name, email }) => [
      name ?? id,
      email ?? '',
      ...months.map((month) => totalIn(month, id)),
    ]),
    total: ['All accounts', '', ...months.map(({ accounts }) => formatMoney(accounts.total))],
  });
  const isCut = months.some(({ accounts }) => accounts.nextCursor !== undefined && accounts.nextCursor !== null);
  return isCut ? [...lines, 'These are the largest accounts; the api lists all of them.'] : lines;
}

function formatParked(parked: readonly (readonly [reason: string, count: number])[]): string[] {
  return formatTable({
    columns: [{ heading: 'Reason' }, { heading: 'Events', align: 'right' }],
    rows: parked.map(([reason, count]) => [reason, formatCount(count)]),
  });
}

function formatQuarantined(quarantined: readonly QuarantinedHour[]): string[] {
  return formatTable({
    columns: [{ heading: 'Hour' }, { heading: 'Namespace' }, { heading: 'Reason' }, { heading: 'Detail' }],
    rows: quarantined.map(({ hour, name, reason, detail }) => [hour, name, reason, detail]),
  });
}
