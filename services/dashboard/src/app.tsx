import { lazy, Suspense } from 'react';
import { useLocationProperty } from 'wouter/use-browser-location';
import { type ViewAddress, viewOf } from './address/view-of.ts';
import type { Me } from './api/schemas.ts';
import { isMonth } from './format/date.ts';
import { Frame } from './frame/frame.tsx';
import { NoAccess } from './frame/no-access.tsx';
import { NoMonth } from './frame/no-month.tsx';
import { NoView } from './frame/no-view.tsx';
import { ViewBoundary } from './frame/view-boundary.tsx';
import { Loading } from './parts/loading.tsx';
import { Problem } from './parts/problem.tsx';
import { MeContext, useSession } from './session/use-session.ts';
import { SignInView } from './views/sign-in/sign-in-view.tsx';

const OverviewView = lazy(async () => ({ default: (await import('./views/overview/overview-view.tsx')).OverviewView }));
const ParkedView = lazy(async () => ({ default: (await import('./views/parked/parked-view.tsx')).ParkedView }));
const ComparisonView = lazy(async () => ({
  default: (await import('./views/comparison/comparison-view.tsx')).ComparisonView,
}));
const AccountsView = lazy(async () => ({ default: (await import('./views/accounts/accounts-view.tsx')).AccountsView }));
const AccountView = lazy(async () => ({ default: (await import('./views/account/account-view.tsx')).AccountView }));
const StatementView = lazy(async () => ({
  default: (await import('./views/statement/statement-view.tsx')).StatementView,
}));
const EventsView = lazy(async () => ({ default: (await import('./views/events/events-view.tsx')).EventsView }));
const ReceiptView = lazy(async () => ({ default: (await import('./views/receipt/receipt-view.tsx')).ReceiptView }));

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
      return <NoAccess name={state.name} />;
    case 'signed-in': {
      const address = viewOf(pathname, search);
      return (
        <MeContext value={state.me}>
          <Frame address={address}>
            <ViewBoundary key={pathname}>
              <Suspense fallback={<Loading label="Loading the view" lines={6} />}>
                <View address={address} month={new URLSearchParams(search).get('month')} me={state.me} />
              </Suspense>
            </ViewBoundary>
          </Frame>
        </MeContext>
      );
    }
  }
}

type ViewProps = {
  readonly address: ViewAddress;
  /** What the address says after `month=`. */
  readonly month: string | null;
  readonly me: Me;
};

function View({ address, month, me }: ViewProps) {
  const isOwner = me.kind === 'owner';
  const named = address.view === 'statement' ? address.month : month;
  if (named !== null && !isMonth(named)) return <NoMonth month={named} />;
  switch (address.view) {
    case 'overview':
    case 'sign-in':
      // What an owner wants to see first is the own account.
      return isOwner && me.id !== null ? <AccountView id={me.id} /> : <OverviewView />;
    case 'accounts':
      return <AccountsView />;
    case 'account':
      return <AccountView key={address.id} id={address.id} />;
    case 'statement':
      return <StatementView key={`${address.id} ${address.month}`} id={address.id} month={address.month} />;
    case 'events':
      return <EventsView />;
    case 'receipt':
      return <ReceiptView key={address.id} id={address.id} />;
    case 'parked':
      return isOwner ? <NoView /> : <ParkedView />;
    case 'comparison':
      return isOwner ? <NoView /> : <ComparisonView />;
    case 'nothing':
      return <NoView />;
  }
}
