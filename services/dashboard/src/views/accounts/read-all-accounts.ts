import { withQuery } from '../../address/addresses.ts';
import { readApi } from '../../api/client.ts';
import { type Account, accountsSchema } from '../../api/schemas.ts';

/** All that one answer may hold. */
const PAGE_ACCOUNTS = '1000';

export type AccountsList = { readonly month: string; readonly q: string; readonly sort: string };

/** Every page of a list of accounts. @throws ApiProblem */
export async function readAllAccounts(list: AccountsList): Promise<readonly Account[]> {
  const accounts: Account[] = [];
  let cursor: string | undefined;
  do {
    const page = await readApi(withQuery('/v1/accounts', { ...list, limit: PAGE_ACCOUNTS, cursor }), accountsSchema);
    accounts.push(...page.accounts);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return accounts;
}
