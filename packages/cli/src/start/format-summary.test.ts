import { describe, expect, it } from 'vitest';
import { addsUp, type Delivery, formatSummary, type Summary } from './format-summary.ts';

const pipeline = { events: 97, counted: 90, duplicates: 4, parked: 3, parkedByReason: { unknown_namespace: 3 } };
const { parkedByReason: _, ...recorded } = pipeline;
const delivery: Delivery = { sent: 100, accepted: 97, refused: 3, unanswered: 0, recorded };

function accountsOf(astrid: string, nils: string, total: string) {
  return {
    total,
    accounts: [
      { id: 'auth0|astrid', name: 'Astrid', email: 'astrid@example.com', total: astrid },
      { id: 'auth0|nils', name: null, email: null, total: nils },
    ],
  };
}

const summary: Summary = {
  months: [
    { month: '2026-10', isRunning: false, accounts: accountsOf('1234.50', '7.00', '1241.50') },
    { month: '2026-11', isRunning: true, accounts: accountsOf('0.05', '10.00', '10.05') },
  ],
  delivery,
  pipeline,
  ledger: { rowCount: 12, differentCount: 0 },
  quarantined: [{ hour: '2026-11-22T16:00:00Z', name: 'churn', reason: 'missing_number', detail: 'cpu is null' }],
};

function linesOf(changed: Partial<Summary>, title: string): readonly string[] {
  return formatSummary({ ...summary, ...changed }).find((section) => section.title === title)?.lines ?? [];
}

const CHECKS = 'Every event is accounted for';

describe('the summary', () => {
  it('shows the totals of each account for each month as the api gave them', () => {
    expect(linesOf({}, 'Totals in USD')).toEqual([
      'Account       E-mail               2026-10  2026-11 so far',
      '────────────  ──────────────────  ────────  ──────────────',
      'Astrid        astrid@example.com  1,234.50            0.05',
      'auth0|nils                            7.00           10.00',
      '────────────  ──────────────────  ────────  ──────────────',
      'All accounts                      1,241.50           10.05',
    ]);
  });

  it('shows each equation with its verdict', () => {
    expect(linesOf({}, CHECKS)).toEqual([
      'sent              100  = 97 accepted + 3 refused              ok',
      'accepted           97  = 90 counted + 4 duplicate + 3 parked  ok',
      'usage_daily rows   12  = ledger, to the last digit; 0 differ  ok',
    ]);
    expect(addsUp(summary)).toBe(true);
  });

  const broken: [string, Partial<Summary>][] = [
    ['an answer was not counted', { delivery: { ...delivery, refused: 2 } }],
    ['an event was lost', { delivery: { ...delivery, recorded: { ...recorded, events: 96, counted: 89 } } }],
    ['an event came from nowhere', { delivery: { ...delivery, recorded: { ...recorded, events: 98, counted: 91 } } }],
    ['the parts do not add up', { delivery: { ...delivery, recorded: { ...recorded, parked: 2 } } }],
    ['the pipeline of an earlier run does not add up', { delivery: undefined, pipeline: { ...pipeline, events: 96 } }],
    ['the ledger differs', { ledger: { rowCount: 12, differentCount: 1 } }],
  ];

  it.each(broken)('says NOT OK when %s', (_what, changed) => {
    expect(addsUp({ ...summary, ...changed })).toBe(false);
    expect(linesOf(changed, CHECKS).filter((line) => line.endsWith('NOT OK'))).toHaveLength(1);
  });

  it('lets a request that got no answer have been taken twice, and says so', () => {
    const twice = { ...delivery, unanswered: 10, recorded: { ...recorded, events: 100, duplicates: 7 } };
    expect(addsUp({ ...summary, delivery: twice })).toBe(true);
    expect(linesOf({ delivery: twice }, CHECKS)[1]).toContain('3 of them twice after a lost answer');
  });

  it("counts by the api's own numbers when an earlier run loaded the demo", () => {
    expect(linesOf({ delivery: { ...delivery, recorded: undefined } }, CHECKS).slice(0, 2)).toEqual([
      'sent              100  = 97 accepted + 3 refused, when the demo was loaded  ok',
      'recorded           97  = 90 counted + 4 duplicate + 3 parked                ok',
    ]);
  });

  it('shows why events are parked and rows are quarantined, and nothing where there are none', () => {
    expect(linesOf({}, 'Parked events, waiting for a person').at(-1)).toBe('unknown_namespace       3');
    expect(linesOf({}, 'OpenCost rows in quarantine, never billed as they are').at(-1)).toBe(
      '2026-11-22T16:00:00Z  churn      missing_number  cpu is null',
    );
    const none = formatSummary({ ...summary, quarantined: [], pipeline: { ...pipeline, parkedByReason: {} } });
    expect(none.map(({ title }) => title)).toEqual(['Totals in USD', CHECKS]);
  });
});
