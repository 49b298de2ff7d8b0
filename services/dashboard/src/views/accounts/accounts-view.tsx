import './accounts.css';
import { useState } from 'react';
import { useQuery } from '../../address/use-query.ts';
import { useApiPages } from '../../api/client.ts';
import { accountsSchema } from '../../api/schemas.ts';
import { formatMonth, isMonth, monthOf } from '../../format/date.ts';
import { Answer } from '../../parts/answer.tsx';
import type { Sort } from '../../parts/data-table.tsx';
import { FreshnessLine } from '../../parts/freshness-line.tsx';
import { MonthPicker } from '../../parts/month-picker.tsx';
import { MoreButton } from '../../parts/more-button.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { SearchBox } from '../../parts/search-box.tsx';
import { Segments } from '../../parts/segments.tsx';
import { useMe } from '../../session/use-session.ts';
import { CreateUser } from '../account/people/create-user.tsx';
import { AccountsDays } from './accounts-days.tsx';
import { AccountsDownloads } from './accounts-downloads.tsx';
import { AccountsTable } from './accounts-table.tsx';
import { formatSort, parseSort } from './sort.ts';

/** All that one answer may hold; a provider with more accounts asks for the next ones below the list. */
const PAGE_ACCOUNTS = '1000';

const LOOKS = [
  { value: 'list', text: 'List' },
  { value: 'days', text: 'Days' },
] as const;

/** Who pays how much in a month. */
export function AccountsView() {
  const { isStaff, isAdmin } = useMe();
  const [isCreating, setCreating] = useState(false);
  const [query, setQuery] = useQuery();
  const asked = query.get('month');
  const month = isMonth(asked) ? asked : monthOf();
  const q = query.get('q') ?? '';
  const sort = parseSort(query.get('sort'));
  const look = query.get('look') === 'days' ? 'days' : 'list';
  const accounts = useApiPages(
    '/v1/accounts',
    { month, q, sort: formatSort(sort), limit: PAGE_ACCOUNTS },
    accountsSchema,
  );
  const freshness = accounts.data?.pages[0]?.freshness;
  const onSort = (next: Sort): void => setQuery({ sort: formatSort(next) });
  return (
    <>
      <PageTitle title="Accounts">
        <MonthPicker month={month} onChange={(next) => setQuery({ month: next })} />
        <AccountsDownloads month={month} q={q} sort={formatSort(sort)} isStaff={isStaff} />
        {isAdmin ? (
          <button type="button" className="button button-main" onClick={() => setCreating(true)}>
            Create an account
          </button>
        ) : null}
      </PageTitle>
      <section className="card" aria-label={`Accounts in ${formatMonth(month)}`}>
        <div className="card-head">
          <SearchBox
            label="Search accounts"
            placeholder="Name, e-mail or id"
            value={q}
            onChange={(text) => setQuery({ q: text }, { replace: true })}
          />
          {isStaff ? (
            <Segments
              label="View as"
              options={LOOKS}
              value={look}
              onChange={(next) => setQuery({ look: next === 'days' ? next : '' })}
            />
          ) : null}
        </div>
        <Answer of={accounts} label="Loading the accounts" lines={10}>
          {({ pages }) =>
            look === 'days' ? (
              <AccountsDays month={month} accounts={pages.flatMap((page) => page.accounts)} />
            ) : (
              <AccountsTable month={month} search={q} pages={pages} sort={sort} onSort={onSort} />
            )
          }
        </Answer>
        <MoreButton of={accounts} text="Show more accounts" isEager />
      </section>
      {freshness === undefined ? null : <FreshnessLine freshness={freshness} />}
      {isCreating ? <CreateUser accountOwnerId={null} onClose={() => setCreating(false)} /> : null}
    </>
  );
}
