import type { ViewAddress } from './address/view-of.ts';
import { refusedAudience } from './address/who-may-see.ts';
import { isMonth } from './format/date.ts';
import { NoMonth } from './frame/no-month.tsx';
import { NoPermission } from './frame/no-permission.tsx';
import { NoView } from './frame/no-view.tsx';
import { whenShown } from './parts/when-shown.tsx';
import { useMe } from './session/use-session.ts';

export const AcceptInviteView = whenShown(
  async () => (await import('./views/accept-invite/accept-invite-view.tsx')).AcceptInviteView,
);
const OverviewView = whenShown(async () => (await import('./views/overview/overview-view.tsx')).OverviewView);
const ParkedView = whenShown(async () => (await import('./views/parked/parked-view.tsx')).ParkedView);
const ComparisonView = whenShown(async () => (await import('./views/comparison/comparison-view.tsx')).ComparisonView);
const AccountsView = whenShown(async () => (await import('./views/accounts/accounts-view.tsx')).AccountsView);
const AccountView = whenShown(async () => (await import('./views/account/account-view.tsx')).AccountView);
const AccountSettingsView = whenShown(
  async () => (await import('./views/account/settings/settings-view.tsx')).AccountSettingsView,
);
const AccountPeopleView = whenShown(
  async () => (await import('./views/account/people/people-view.tsx')).AccountPeopleView,
);
const AccountHistoryView = whenShown(
  async () => (await import('./views/account/history/history-view.tsx')).AccountHistoryView,
);
const StatementView = whenShown(async () => (await import('./views/statement/statement-view.tsx')).StatementView);
const EventsView = whenShown(async () => (await import('./views/events/events-view.tsx')).EventsView);
const ReceiptView = whenShown(async () => (await import('./views/receipt/receipt-view.tsx')).ReceiptView);
const UsageView = whenShown(async () => (await import('./views/usage/usage-view.tsx')).UsageView);
const OperationsView = whenShown(async () => (await import('./views/operations/operations-view.tsx')).OperationsView);
const ReconciliationsView = whenShown(
  async () => (await import('./views/reconciliation/reconciliations-view.tsx')).ReconciliationsView,
);
const ReconciliationView = whenShown(
  async () => (await import('./views/reconciliation/reconciliation-view.tsx')).ReconciliationView,
);
const AuditLogView = whenShown(async () => (await import('./views/audit-log/audit-log-view.tsx')).AuditLogView);
const WebhooksView = whenShown(async () => (await import('./views/webhooks/webhooks-view.tsx')).WebhooksView);
const WebhookView = whenShown(async () => (await import('./views/webhooks/webhook-view.tsx')).WebhookView);
const PricesView = whenShown(async () => (await import('./views/prices/prices-view.tsx')).PricesView);
const PriceChangeView = whenShown(async () => (await import('./views/prices/price-change-view.tsx')).PriceChangeView);
const ClustersView = whenShown(async () => (await import('./views/clusters/clusters-view.tsx')).ClustersView);
const NewClusterView = whenShown(async () => (await import('./views/clusters/new-cluster-view.tsx')).NewClusterView);
const ClusterView = whenShown(async () => (await import('./views/clusters/cluster-view.tsx')).ClusterView);
const SetUpView = whenShown(async () => (await import('./views/clusters/set-up-view.tsx')).SetUpView);
const MonthsView = whenShown(async () => (await import('./views/months/months-view.tsx')).MonthsView);
const MonthView = whenShown(async () => (await import('./views/months/month-view.tsx')).MonthView);
const CoverageView = whenShown(async () => (await import('./views/coverage/coverage-view.tsx')).CoverageView);

export type ViewProps = {
  readonly address: ViewAddress;
  /** What the address says after `month=`. */
  readonly month: string | null;
};

/** The view of an address, or why there is none. Each view is loaded when it is first shown. */
export function View({ address, month }: ViewProps) {
  const { kind, id, name } = useMe();
  const audience = refusedAudience(address.view, kind);
  if (audience !== undefined) return <NoPermission audience={audience} />;
  const named = 'month' in address ? address.month : month;
  if (named !== null && !isMonth(named)) return <NoMonth month={named} />;
  switch (address.view) {
    case 'overview':
    case 'sign-in':
      if (kind === 'member') return <UsageView />;
      // What an owner wants to see first is the own account.
      return kind === 'owner' && id !== null ? <AccountView id={id} /> : <OverviewView />;
    case 'accounts':
      return <AccountsView />;
    case 'account':
      return <AccountView key={address.id} id={address.id} />;
    case 'account-settings':
      return <AccountSettingsView key={address.id} id={address.id} />;
    case 'account-people':
      return <AccountPeopleView key={address.id} id={address.id} />;
    case 'account-history':
      return <AccountHistoryView key={address.id} id={address.id} />;
    case 'statement':
      return <StatementView key={`${address.id} ${address.month}`} id={address.id} month={address.month} />;
    case 'events':
      return <EventsView />;
    case 'receipt':
      return <ReceiptView key={address.id} id={address.id} />;
    case 'parked':
      return <ParkedView />;
    case 'comparison':
      return <ComparisonView />;
    case 'usage':
      return <UsageView />;
    case 'accept-invite':
      return <AcceptInviteView name={name ?? undefined} kind={kind} />;
    case 'operations':
      return <OperationsView />;
    case 'reconciliations':
      return <ReconciliationsView />;
    case 'reconciliation':
      return <ReconciliationView key={address.id} id={address.id} />;
    case 'audit-log':
      return <AuditLogView />;
    case 'webhooks':
      return <WebhooksView />;
    case 'webhook':
      return <WebhookView key={address.id} id={address.id} />;
    case 'prices':
      return <PricesView />;
    case 'price-change':
      return <PriceChangeView key={address.id} id={address.id} />;
    case 'coverage':
      return <CoverageView />;
    case 'clusters':
      return <ClustersView />;
    case 'new-cluster':
      return <NewClusterView />;
    case 'cluster':
      return <ClusterView key={address.id} id={address.id} />;
    case 'cluster-set-up':
      return <SetUpView key={address.id} id={address.id} />;
    case 'months':
      return <MonthsView />;
    case 'month':
      return <MonthView key={address.month} month={address.month} />;
    default:
      return <NoView />;
  }
}
