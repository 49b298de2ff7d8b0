import { type ApplicationDay, formatUsageDay, isDifferent, type UsageDay, type UserFacts } from '@hopsmeter/usage';
import type { Snapshot } from '../in-snapshot.ts';
import {
  READ_APPLICATION_NAMESPACES,
  READ_APPLICATION_PEOPLE,
  READ_APPLICATION_USAGE,
} from './application-statements.ts';
import { dayOf, daysOf, type OurUsageRow, type PartRow, partsOf } from './our-rows.ts';
import { CLOSE_PARTS, OPEN_PARTS, PART_ROWS, READ_OUR_PEOPLE, READ_OUR_USAGE, TAKE_PARTS } from './our-statements.ts';

/** The days before the first one that its explanation needs, and after the last. */
const DAYS_BEFORE = 2;
const DAYS_AFTER = 1;

type ApplicationRow = ApplicationDay & { readonly userId: string; readonly date: string };
type PersonRow = { readonly userId: string; readonly name: string | null };
type NamespaceRow = { readonly userId: string; readonly namespace: string; readonly createdAt: string | null };

/** What is known of a user, and what people call them. */
export type NamedUser = { readonly facts: UserFacts; readonly userName: string | null };

/**
 * Reads what is known of some users, one after the other. The hours of a user are read only where a day differs, and only those of
 * one user are in memory.
 *
 * @param take called for each user, and awaited; false: no more is needed.
 */
export async function eachUserFacts(
  ours: Snapshot,
  application: Snapshot,
  { userIds, from, to }: { readonly userIds: readonly string[]; readonly from: UsageDay; readonly to: UsageDay },
  take: (user: NamedUser) => Promise<boolean>,
): Promise<void> {
  const range = [formatUsageDay(from - DAYS_BEFORE), formatUsageDay(to + DAYS_AFTER)];
  const usage = byUser(await ours.rowsOf<OurUsageRow>(READ_OUR_USAGE, [...range, userIds]));
  const names = byUser(await ours.rowsOf<PersonRow>(READ_OUR_PEOPLE, [userIds]));
  const rows = byUser(await application.rowsOf<ApplicationRow>(READ_APPLICATION_USAGE, [...range, userIds]));
  const people = byUser(
    await application.rowsOf<PersonRow & { readonly accountOwnerId: string | null }>(READ_APPLICATION_PEOPLE, [
      userIds,
    ]),
  );
  const namespaces = byUser(await application.rowsOf<NamespaceRow>(READ_APPLICATION_NAMESPACES, [userIds]));

  const users = userIds.map((userId): NamedUser & { readonly isDifferent: boolean } => {
    const person = people.get(userId)?.[0];
    const facts = {
      userId,
      currentOwnerId: person?.accountOwnerId,
      namespaces: namespaces.get(userId) ?? [],
      ours: daysOf(usage.get(userId) ?? []),
      application: new Map((rows.get(userId) ?? []).map((row) => [dayOf(row.date), row])),
      parts: new Map(),
    };
    const userName = names.get(userId)?.[0]?.name ?? person?.name ?? null;
    return { facts, userName, isDifferent: hasDifference(facts, from, to) };
  });

  const parts = takeParts(ours, [...range, users.filter((user) => user.isDifferent).map(({ facts }) => facts.userId)]);
  for (const { facts, userName, isDifferent } of users) {
    const own = isDifferent ? partsOf(await parts.of(facts.userId), usage.get(facts.userId) ?? []) : facts.parts;
    if (!(await take({ facts: { ...facts, parts: own }, userName }))) break;
  }
  await parts.close();
}

function hasDifference({ ours, application }: UserFacts, from: UsageDay, to: UsageDay): boolean {
  return [...ours.keys(), ...application.keys()].some(
    (day) => day >= from && day < to && isDifferent(ours.get(day), application.get(day)),
  );
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
function takeParts({ rowsOf }: Snapshot, parameters: readonly unknown[]) {
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
