import { Answer } from '../../../parts/answer.tsx';
import { AccountSections, useAccount } from '../account-sections.tsx';
import { InvitesCard } from './invites-card.tsx';
import { MembersCard } from './members-card.tsx';

/** Who is in an account: its owner, its members, and who was invited. */
export function AccountPeopleView({ id }: { readonly id: string }) {
  const account = useAccount(id);
  return (
    <>
      <AccountSections id={id} account={account} current="account-people" />
      <Answer of={account} label="Loading the account" lines={10}>
        {(data) => (
          <>
            <MembersCard account={data} />
            {data.accountOwnerId === null ? <InvitesCard id={id} /> : null}
          </>
        )}
      </Answer>
    </>
  );
}
