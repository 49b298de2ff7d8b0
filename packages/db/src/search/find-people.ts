import type { Query } from '../connection/query.ts';
import { patternsOf, rankOf } from './like.ts';

/** Somebody whose id, name or e-mail address has the text in it. */
export type FoundPerson = {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  /** Who pays for a member; of an account owner the id itself. */
  readonly accountOwnerId: string;
  /** Name of who pays, or else the e-mail address. */
  readonly accountName: string | null;
};

/**
 * Parameters: $1 to $4 of `rankOf`, $5 whether members are wanted or account owners, $6 number of rows. Reads all
 * users: there are thousands.
 */
const FIND_PEOPLE = `
select
  found.id, found.name, found.email, coalesce(owner.id, found.id) as "accountOwnerId",
  coalesce(owner.name, owner.email, found.name, found.email) as "accountName"
from hopsmeter.users found
left join hopsmeter.users owner on owner.id = found.account_owner_id
where (found.id ilike $1 or found.name ilike $1 or found.email ilike $1)
  and (found.account_owner_id is not null) = $5::boolean
order by
  ${rankOf(['found.id', 'found.name', 'found.email'])},
  lower(coalesce(found.name, found.email, found.id)), found.id
limit $6::integer
`;

/** Finds account owners, or members, with {@link FIND_PEOPLE}. */
export function findPeople(
  { rowsOf }: Query,
  { text, isMember, limit }: { readonly text: string; readonly isMember: boolean; readonly limit: number },
): Promise<readonly FoundPerson[]> {
  return rowsOf<FoundPerson>(FIND_PEOPLE, [...patternsOf(text), text, isMember, limit]);
}
