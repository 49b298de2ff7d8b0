import { useLocationProperty } from 'wouter/use-browser-location';
import { viewOf } from './address/view-of.ts';
import { Frame } from './frame/frame.tsx';
import { NoAccess } from './frame/no-access.tsx';
import { ViewBoundary } from './frame/view-boundary.tsx';
import { Loading } from './parts/loading.tsx';
import { Problem } from './parts/problem.tsx';
import { MeContext, useSession } from './session/use-session.ts';
import { AcceptInviteView, View } from './view.tsx';
import { SignInView } from './views/sign-in/sign-in-view.tsx';

/** The page: who is signed in decides whether there is a view, the address decides which. */
export function App() {
  const { session, state } = useSession();
  const pathname = useLocationProperty(() => window.location.pathname);
  const search = useLocationProperty(() => window.location.search);
  switch (state.kind) {
    case 'starting':
      return (
        <main className="alone">
          <Loading label="Signing in" lines={2} />
        </main>
      );
    case 'failed':
      return (
        <main className="alone">
          <Problem problem={state.problem} onRetry={() => void session.start()} />
        </main>
      );
    case 'signed-out':
      return <SignInView offer={state.offer} notice={state.notice} />;
    case 'no-access':
      return viewOf(pathname).view === 'accept-invite' ? (
        <main className="alone">
          <AcceptInviteView name={state.name} />
        </main>
      ) : (
        <NoAccess name={state.name} />
      );
    case 'signed-in': {
      const address = viewOf(pathname, search);
      return (
        <MeContext value={state.me}>
          <Frame address={address}>
            <ViewBoundary key={pathname}>
              <View address={address} month={new URLSearchParams(search).get('month')} />
            </ViewBoundary>
          </Frame>
        </MeContext>
      );
    }
  }
}
