import { useMe, useSession } from '../session/use-session.ts';

const ROLES = { admin: 'Billing admin', staff: 'Billing staff', owner: 'Account owner', member: 'Member' } as const;

/** Who is signed in, and the way out. */
export function Person() {
  const me = useMe();
  const { session } = useSession();
  const role = ROLES[me.isAdmin ? 'admin' : me.kind];
  return (
    <>
      <span className="person">
        <span className="person-name">{me.name ?? me.id ?? role}</span>
        <span className="person-role">{role}</span>
      </span>
      <button type="button" className="button button-quiet" onClick={() => void session.signOut()}>
        Sign out
      </button>
    </>
  );
}
