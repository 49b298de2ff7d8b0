import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Me } from '../api/schemas.ts';
import type { Session, SessionState } from './session.ts';

export const SessionContext = createContext<Session | undefined>(undefined);

export const MeContext = createContext<Me | undefined>(undefined);

/** The session and what it is in now. */
export function useSession(): { readonly session: Session; readonly state: SessionState } {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('there is no session around this');
  return { session, state: useSyncExternalStore(session.watch, session.read) };
}

/** Who is signed in; inside of a view there is always somebody. */
export function useMe(): Me & { readonly isStaff: boolean; readonly isAdmin: boolean } {
  const me = useContext(MeContext);
  if (me === undefined) throw new Error('nobody is signed in around this');
  return { ...me, isStaff: me.kind === 'staff', isAdmin: me.permissions.includes('billing:admin') };
}
