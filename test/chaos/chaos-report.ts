import type { ChaosOutcome } from './run-chaos.ts';

/** What a run says in JSON. */
export type ChaosReport = ReturnType<typeof toReport>;

export type ReportedOptions = {
  readonly seed: number;
  readonly minutes: number;
  readonly kills: number;
  readonly eventsPerSecond: number;
};

/** A run as data. */
export function toReport(options: ReportedOptions, { planned, made, tally, drain, checks, isExact }: ChaosOutcome) {
  const ends = Object.fromEntries(tally.ends());
  const effects = [...tally.effects()].map(([fault, effect]) => ({
    fault,
    ...effect,
    recoveryMs: Math.round(effect.recoveryMs),
  }));
  const serverKills = effects
    .filter(({ fault }) => /^(Redis|Postgres) (killed|away)/.test(fault))
    .reduce((sum, { times }) => sum + times, 0);
  return {
    date: new Date().toISOString().slice(0, 10),
    options,
    isExact,
    kills: (ends.killed ?? 0) + (ends.failpoint ?? 0) + serverKills,
    ends,
    answers: Object.fromEntries(tally.statuses()),
    drainSeconds: Math.round(drain.tookMs / 100) / 10,
    longestRecoverySeconds: Math.max(0, ...effects.map(({ recoveryMs }) => Math.round(recoveryMs / 100) / 10)),
    checks,
    effects: effects.sort((a, b) => a.fault.localeCompare(b.fault)),
    problems: tally.problems(),
    logged: tally.logged(),
    planned,
    made,
  };
}

/** A run as a person reads it, in Markdown, so that a table can go into docs/proof.md as it is. */
export function formatReport(report: ChaosReport): string {
  const { options, kills, ends, answers, checks, effects, logged, problems } = report;
  const rows = effects.map(({ fault, times, impossible, refusals, unanswered, ends: ended, recoveryMs }) =>
    impossible === undefined
      ? [
          fault,
          times,
          refusals || '',
          unanswered || '',
          ended || '',
          recoveryMs > 0 ? (recoveryMs / 1_000).toFixed(1) : '',
        ]
      : [fault, `not possible: ${impossible}`, '', '', '', ''],
  );
  return [
    `seed ${options.seed}, ${options.minutes} minutes, ${options.eventsPerSecond} events/s, ${report.date}`,
    '',
    '| fault | times | 503 and 429 | no answer | processes ended | longest recovery, s |',
    '|---|---|---|---|---|---|',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
    '',
    `${report.made.length} of ${report.planned} faults. SIGKILLs: ${kills}. Processes ended: ${list(ends)}. Answers: ` +
      `${list(answers)}.`,
    '',
    ...checks.map(({ promise, isKept, detail }) => `${isKept ? '✓' : '✗'} ${promise}: ${detail}`),
    ...(problems.length === 0 ? [] : ['', 'What must not happen:', ...problems.map((problem) => `  ${problem}`)]),
    ...(logged.length === 0 ? [] : ['', 'Errors in logs, one of each kind:', ...logged.map((line) => `  ${line}`)]),
  ].join('\n');
}

function list(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  return entries.length === 0 ? 'none' : entries.join(', ');
}
