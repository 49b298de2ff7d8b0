import { addresses } from '../address/addresses.ts';
import type { EntryGroup } from '../frame/entries.ts';
import type { Found } from './search-schema.ts';

/** Something that was found, and where it is. */
export type Result = {
  readonly to: string;
  readonly text: string;
  /** What tells it from others of the same name. */
  readonly note?: string | undefined;
};

export type ResultGroup = { readonly name: string; readonly results: readonly Result[] };

/** What is shown for a text, by kind; without a text the views. Groups without results are left out. */
export function resultsFor(
  text: string,
  found: Found | undefined,
  navigation: readonly EntryGroup[],
): readonly ResultGroup[] {
  const groups: readonly ResultGroup[] = [
    { name: 'Events', results: (found?.events ?? []).map(toEvent) },
    { name: 'Accounts', results: (found?.accounts ?? []).map(toAccount) },
    { name: 'People', results: (found?.people ?? []).map(toPerson) },
    { name: 'Projects', results: (found?.projects ?? []).map(toProject) },
    { name: 'Clusters', results: (found?.clusters ?? []).map(toCluster) },
    { name: 'Views', results: viewsFor(text, navigation) },
  ];
  return groups.filter(({ results }) => results.length > 0);
}

/** Views whose name has the text in it, or whose group is called so. */
function viewsFor(text: string, navigation: readonly EntryGroup[]): readonly Result[] {
  const wanted = text.trim().toLowerCase();
  return navigation.flatMap(({ name, entries }) =>
    entries
      .filter((entry) => [entry.text, name ?? ''].some((each) => each.toLowerCase().includes(wanted)))
      .map((entry) => ({ to: entry.to, text: entry.text, note: name })),
  );
}

function toEvent({ id, source }: Found['events'][number]): Result {
  return { to: addresses.receipt(id, source), text: id, note: source };
}

function toAccount({ id, name, email }: Found['accounts'][number]): Result {
  return {
    to: addresses.account(id),
    text: name ?? email ?? id,
    note: name === null ? id : `${email ?? ''} ${id}`.trim(),
  };
}

function toPerson({ id, name, email, accountOwnerId, accountName }: Found['people'][number]): Result {
  return {
    to: addresses.accountPeople(accountOwnerId),
    text: name ?? email ?? id,
    note: `${name === null ? id : (email ?? id)}, paid for by ${accountName ?? accountOwnerId}`,
  };
}

function toProject({
  namespace,
  clusterName,
  userId,
  userName,
  accountOwnerId,
  isEnded,
}: Found['projects'][number]): Result {
  return {
    to: addresses.account(accountOwnerId, { by: 'project' }),
    text: namespace,
    note: `${isEnded ? 'ended' : 'project'} of ${userName ?? userId} on ${clusterName}`,
  };
}

function toCluster({ id, name, status }: Found['clusters'][number]): Result {
  return { to: addresses.cluster(id), text: name, note: status === 'active' ? id : `${status}, ${id}` };
}
