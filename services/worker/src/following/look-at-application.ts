import {
  ApplicationDatabaseError,
  endTurn,
  findRemembered,
  isRemembered,
  type LookOutcome,
  lookAtApplication,
  makeFollowedChanges,
  type Pool,
  readFollowingDirectory,
  rememberInTurn,
  type Turn,
} from '@hopsmeter/db';
import {
  type ApplicationDirectory,
  FOLLOWED_TABLES,
  type FollowedProblem,
  type FollowedRows,
  findMissing,
  findMissingTooMuch,
  type MissingByTable,
  planFollowing,
  type RowPlan,
} from '@hopsmeter/usage';
import type { FollowingSettings } from './following-settings.ts';

/** What a look found and did. */
export type LookReport = Pick<LookOutcome, 'state' | 'reason'> & {
  /** Changes that were made, by kind. */
  readonly made: ReadonlyMap<string, number>;
  /** Rows that are not here as the application has them, and were not listed so before. */
  readonly newProblems: readonly (FollowedProblem & Pick<RowPlan, 'table' | 'key'>)[];
};

export type Look = {
  readonly pool: Pool;
  readonly settings: FollowingSettings;
  readonly turn: Turn;
  /** Whether this worker has not looked yet. */
  readonly isFirst: boolean;
  readonly signal: AbortSignal;
};

/**
 * Each plan makes room for the next: an owner, a member, their place. More is a directory that others keep changing.
 */
const PLANS_MAX = 8;

/**
 * Looks at the application and brings over what is new. All rows are compared every hour, at the start and after a look
 * that came to nothing; between, of the users only those that changed are read.
 *
 * @throws TurnPassedError, what hopsmeter's own database says, or the signal's reason.
 */
export async function lookOnce(look: Look): Promise<LookReport> {
  const { pool, settings, turn } = look;
  const isWhole = look.isFirst || turn.isComparisonDue || turn.state !== 'current';
  try {
    const { followed } = await readFollowingDirectory(pool);
    const seen = isWhole ? [] : [...followed.users.values()].map(({ content }) => content);
    return await bringOver(look, await lookAtApplication(settings.url.href, seen), isWhole);
  } catch (error) {
    if (!(error instanceof ApplicationDatabaseError)) throw error;
    const reason = `The application database at ${settings.url.host} (DIRECTORY_SOURCE_URL) ${error.message}.`;
    const outcome = { state: 'unreadable', reason } as const;
    await endTurn(pool, turn.turnId, { ...outcome, missing: null, isWhole });
    return { ...outcome, made: new Map(), newProblems: [] };
  }
}

async function bringOver(
  { pool, settings, turn, signal }: Look,
  application: ApplicationDirectory,
  isWhole: boolean,
): Promise<LookReport> {
  const made = new Map<string, number>();
  for (let plan = 0; plan < PLANS_MAX; plan++) {
    const { ours, followed, version, now } = await readFollowingDirectory(pool);
    if (plan === 0) {
      const missing = findMissing(application, followed);
      const tooMuch = findMissingTooMuch(missing, settings.missingPercentMax, turn.confirmed ?? {});
      if (tooMuch.length > 0) return hold(pool, turn, missing);
    }
    const plans = planFollowing({ application, ours, followed, now });
    const result = await makeFollowedChanges(pool, turn.turnId, plans, { version, signal });
    for (const [kind, count] of result.made) made.set(kind, (made.get(kind) ?? 0) + count);
    if (result.made.size > 0 || !result.isComplete) continue;
    const settled = plans.map((row) => withRefusal(row, result.refused.get(row), followed));
    const news = settled.filter((row) => !isRemembered(row, followed));
    await rememberInTurn(pool, turn.turnId, news);
    const outcome = { state: 'current', reason: null } as const;
    await endTurn(pool, turn.turnId, { ...outcome, missing: null, isWhole });
    return { ...outcome, made, newProblems: newProblemsOf(news, followed) };
  }
  // What is left comes with the next look.
  const outcome = { state: 'current', reason: null } as const;
  await endTurn(pool, turn.turnId, { ...outcome, missing: null, isWhole: false });
  return { ...outcome, made, newProblems: [] };
}

/** Changes nothing until a person says that it is right. */
async function hold(pool: Pool, turn: Turn, missing: MissingByTable): Promise<LookReport> {
  const parts = FOLLOWED_TABLES.filter((table) => missing[table].missing > 0).map(
    (table) => `${missing[table].missing} of ${missing[table].known} rows of ${table}`,
  );
  const reason =
    `Missing, deleted or over at once: ${parts.join(', ')}. Nothing is changed until a ` + 'person confirms it.';
  const outcome = { state: 'held', reason } as const;
  const counts = Object.fromEntries(FOLLOWED_TABLES.map((table) => [table, missing[table].missing]));
  await endTurn(pool, turn.turnId, { ...outcome, missing: counts, isWhole: false });
  return { ...outcome, made: new Map(), newProblems: [] };
}

/** A row whose changes a rule refused stays as both agreed before. */
function withRefusal(row: RowPlan, refusal: string | undefined, followed: FollowedRows): RowPlan {
  if (refusal === undefined) return row;
  const known = findRemembered(row, followed);
  const { agreed = null, boundary = null } = known ?? {};
  const problem = { kind: 'refused', reason: refusal } as const;
  return { ...row, changes: [], content: row.content ?? known?.content ?? null, agreed, boundary, problem };
}

function newProblemsOf(news: readonly RowPlan[], followed: FollowedRows): LookReport['newProblems'] {
  return news.flatMap(({ table, key, problem }) =>
    problem === null || problem.reason === findRemembered({ table, key }, followed)?.problem?.reason
      ? []
      : [{ ...problem, table, key }],
  );
}
