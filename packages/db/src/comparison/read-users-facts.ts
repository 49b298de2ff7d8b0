import { type ApplicationDay, formatUsageDay, needsHours, type UsageDay, type UserFacts } from '@hopsmeter/usage';
import type { Query } from '../connection/query.ts';
import {
  READ_APPLICATION_NAMESPACES,
  READ_APPLICATION_PEOPLE,
  READ_APPLICATION_USAGE,
} from './application-statements.ts';
import { dayOf, daysOf, type OurUsageRow, type PartRow, partsOf } from './our-rows.ts';
import {
  CLOSE_PARTS,
  OPEN_PARTS,
  PART_ROWS,
  READ_IMPORTED_DAYS,
  READ_OUR_PEOPLE,
  READ_OUR_USAGE,
  TAKE_PARTS,
} from './our-statements.ts';

/** The days before the first one that its explanation needs, and after the last. */
const DAYS_BEFORE = 2;
const DAYS_AFTER = 1;

type ApplicationRow = ApplicationDay & { readonly userId: string; readonly date: string };
type DayRow = { readonly userId: string; readonly date: string };
type PersonRow = { readonly userId: string; readonly name: string | null };
type NamespaceRow = { readonly userId: string; readonly namespace: string; readonly createdAt: string | null };

/** What is known of a user, and what people call them. */
export type NamedUser = { readonly facts: UserFacts; readonly userName: string | null };

/**
 * Reads what is known of some users, one after the other. The hours of a user are read only where a day differs, and
 * only those of one user are in memory.
 *
 * @param take called for each user, and awaited; false: no more is needed.
 */
export async function eachUserFacts(
  ours: Query,
  application: Query,
  { userIds, from, to }: { readonly userIds: readonly string[]; readonly from: UsageDay; readonly to: UsageDay },
  take: (user: NamedUser) => Promise<boolean>,
): Promise<void> {
  const range = [formatUsageDay(from - DAYS_BEFORE), formatUsageDay(to + DAYS_AFTER)];
  const usage = byUser(await ours.rowsOf<OurUsageRow>(READ_OUR_USAGE, [...range, userIds]));
  const imported = byUser(await ours.rowsOf<DayRow>(READ_IMPORTED_DAYS, [...range, userIds]));
  const names = byUser(await ours.rowsOf<PersonRow>(READ_OUR_PEOPLE, [userIds]));
  const rows = byUser(await application.rowsOf<ApplicationRow>(READ_APPLICATION_USAGE, [...range, userIds]));
  const people = byUser(
    await application.rowsOf<PersonRow & { readonly accountOwnerId: string | null }>(READ_APPLICATION_PEOPLE, [
      userIds,
    ]),
  );
  const namespaces = byUser(await application.rowsOf<NamespaceRow>(READ_APPLICATION_NAMESPACES, [userIds]));

  const users = userIds.map((userId): NamedUser & { readonly days: readonly UsageDay[] } => {
    const person = people.get(userId)?.[0];
    const days = daysOf(usage.get(userId) ?? []);
    const isKnown = isCompared(days, imported.get(userId) ?? []);
    const facts = {
      userId,
      currentOwnerId: person?.accountOwnerId,
      namespaces: namespaces.get(userId) ?? [],
      ours: days,
      application: new Map(
        (rows.get(userId) ?? []).flatMap((row) => (isKnown(row.date) ? [[dayOf(row.date), row] as const] : [])),
      ),
      parts: new Map(),
    };
    const userName = names.get(userId)?.[0]?.name ?? person?.name ?? null;
    return { facts, userName, days: daysToExplain(facts, from, to) };
  });

  const wanted = users.flatMap(({ facts, days }) => days.map((day) => [facts.userId, formatUsageDay(day)] as const));
  const parts = takeParts(ours, [wanted.map(([userId]) => userId), wanted.map(([, date]) => date), ...range]);
  for (const { facts, userName, days } of users) {
    const own = days.length > 0 ? partsOf(await parts.of(facts.userId), usage.get(facts.userId) ?? []) : facts.parts;
    if (!(await take({ facts: { ...facts, parts: own }, userName }))) break;
  }
  await parts.close();
}

/** An imported day is the application's own: it is compared only where something was metered too. */
function isCompared(ours: UserFacts['ours'], imported: readonly DayRow[]): (date: string) => boolean {
  const dates = new Set(imported.map(({ date }) => date));
  return (date) => !dates.has(date) || ours.has(dayOf(date));
}

/** The days that need their hours, with those around them that their explanation needs. */
function daysToExplain({ ours, application }: UserFacts, from: UsageDay, to: UsageDay): readonly UsageDay[] {
  const days = new Set<UsageDay>();
  for (const day of new Set([...ours.keys(), ...application.keys()]))
    if (day >= from && day < to && needsHours(ours.get(day), application.get(day)))
      for (let around = day - DAYS_BEFORE; around <= day + DAYS_AFTER; around++) days.add(around);
  return [...days];
}

function byUser<R extends { readonly userId: string }>(rows: readonly R[]): ReadonlyMap<string, readonly R[]> {
  const users = new Map<string, R[]>();
  for (const row of rows) {
    const user = users.get(row.userId);
    if (user === undefined) users.set(row.userId, [row]);
    else user.push(row);
  }
  return users;
}

/** Takes the parts of users in the order in which they were asked for. */
function takeParts({ rowsOf }: Query, parameters: readonly unknown[]) {
  let page: readonly PartRow[] = [];
  let place = 0;
  let isOpen = false;
  let isAtEnd = false;

  async function peek(): Promise<PartRow | undefined> {
    if (place < page.length || isAtEnd) return page[place];
    if (!isOpen) await rowsOf(OPEN_PARTS, parameters);
    isOpen = true;
    page = await rowsOf<PartRow>(TAKE_PARTS);
    place = 0;
    isAtEnd = page.length < PART_ROWS;
    return page[place];
  }

  return {
    async of(userId: string): Promise<readonly PartRow[]> {
      const rows: PartRow[] = [];
      for (let row = await peek(); row?.userId === userId; row = await peek()) {
        rows.push(row);
        place += 1;
      }
      return rows;
    },
    async close(): Promise<void> {
      if (isOpen) await rowsOf(CLOSE_PARTS);
    },
  };
}
