import { useState } from 'react';
import { Link } from 'wouter';
import { addresses } from '../../../address/addresses.ts';
import { useApiPages } from '../../../api/client.ts';
import { daysOfMonth, monthOf } from '../../../format/date.ts';
import { Answer } from '../../../parts/answer.tsx';
import { type Column, DataTable } from '../../../parts/data-table.tsx';
import { Time } from '../../../parts/day.tsx';
import { MoreButton } from '../../../parts/more-button.tsx';
import { useMe } from '../../../session/use-session.ts';
import type { AccountFacts } from '../account-schemas.ts';
import { ChangeOwner } from './change-owner.tsx';
import { ChangeUser } from './change-user.tsx';
import { CreateUser } from './create-user.tsx';
import { type User, usersSchema } from './people-schemas.ts';

type Opened = { readonly what: 'change' | 'move'; readonly user: Pick<User, 'id' | 'name' | 'email'> };

/** The account's members, and for billing admins how to add, change and move them. */
export function MembersCard({ account }: { readonly account: AccountFacts }) {
  const { isAdmin } = useMe();
  const { id } = account;
  const [isAdding, setAdding] = useState(false);
  const [opened, setOpened] = useState<Opened>();
  const members = useApiPages('/v1/users', { accountOwnerId: id }, usersSchema);
  const close = (): void => setOpened(undefined);
  return (
    <section className="card" aria-labelledby="people-members">
      <div className="card-head">
        <h2 id="people-members">Members</h2>
        {isAdmin ? (
          <div className="form-buttons">
            <button type="button" className="button" onClick={() => setAdding(true)}>
              Add a member
            </button>
            <button type="button" className="button" onClick={() => setOpened({ what: 'move', user: account })}>
              Move the owner
            </button>
          </div>
        ) : null}
      </div>
      <Answer of={members} label="Loading the members">
        {({ pages }) => (
          <DataTable
            caption="Members"
            columns={columnsOf(id, isAdmin ? setOpened : undefined)}
            rows={pages.flatMap(({ users }) => users)}
            rowKey={(user) => user.id}
            empty="The account has no members. Invite someone below: they join with the link."
          />
        )}
      </Answer>
      <MoreButton of={members} />
      {isAdding ? <CreateUser accountOwnerId={id} onClose={() => setAdding(false)} /> : null}
      {opened?.what === 'change' ? <ChangeUser user={opened.user} accountId={id} onClose={close} /> : null}
      {opened?.what === 'move' ? <ChangeOwner user={opened.user} accountId={id} onClose={close} /> : null}
    </section>
  );
}

function columnsOf(id: string, onOpen: ((opened: Opened) => void) | undefined): readonly Column<User>[] {
  return [
    {
      key: 'name',
      heading: 'Member',
      isRowHeader: true,
      render: (user) => (
        <>
          <Link href={addresses.events({ account: id, user: user.id, ...daysOfMonth(monthOf()) })} title={user.id}>
            {user.name ?? user.email ?? user.id}
          </Link>
          <span className="account-note quiet">{user.email}</span>
        </>
      ),
    },
    { key: 'id', heading: 'Id', render: (user) => <span className="fixed">{user.id}</span> },
    { key: 'created', heading: 'Added', render: ({ createdAt }) => <Time time={createdAt} /> },
    ...(onOpen === undefined
      ? []
      : [
          {
            key: 'change',
            heading: <span className="visually-hidden">Change</span>,
            render: (user: User) => (
              <span className="account-row-actions">
                <button type="button" className="link-button" onClick={() => onOpen({ what: 'change', user })}>
                  Change<span className="visually-hidden"> {user.name ?? user.id}</span>
                </button>
                <button type="button" className="link-button" onClick={() => onOpen({ what: 'move', user })}>
                  Move<span className="visually-hidden"> {user.name ?? user.id}</span>
                </button>
              </span>
            ),
          },
        ]),
  ];
}
