export type { AlertRow } from './alerts/alert-columns.ts';
export * from './alerts/create-webhook.ts';
export { DELIVERY_STATUSES, type DeliveryRow, type DeliveryStatus } from './alerts/delivery-columns.ts';
export * from './alerts/disable-webhook.ts';
export * from './alerts/list-alerts.ts';
export * from './alerts/list-deliveries.ts';
export * from './alerts/list-webhooks.ts';
export * from './alerts/raise-alerts.ts';
export * from './alerts/read-spending-cap.ts';
export * from './alerts/retry-delivery.ts';
export * from './alerts/set-spending-cap.ts';
export * from './alerts/settle-delivery.ts';
export * from './alerts/take-deliveries.ts';
export * from './alerts/thresholds.ts';
export * from './alerts/watch-spending.ts';
export type { WebhookRow } from './alerts/webhook-columns.ts';
export * from './alerts/webhook-secret.ts';
export * from './alerts/webhook-url.ts';
export { ApplicationDatabaseError } from './application/application-database-error.ts';
export { type ApplicationDays, eachApplicationUsage } from './application/each-application-usage.ts';
export { lookAtApplication, readApplicationDirectory } from './application/read-application.ts';
export type { Actor, Change } from './audit/audit-row.ts';
export type { Created } from './audit/created.ts';
export * from './audit/list-audit-log.ts';
export * from './comparison/compare-month.ts';
export * from './connection/database-url.ts';
export * from './connection/errors.ts';
export * from './connection/pool.ts';
export * from './corrections/list-corrections-to-try.ts';
export * from './corrections/record-manifests.ts';
export * from './corrections/settle-corrections.ts';
export * from './directory/accept-invite.ts';
export { assignUser, type Placement } from './directory/assign-user.ts';
export type { AssignmentRow } from './directory/assignments.ts';
export * from './directory/change-cluster.ts';
export { changeOwner, type OwnerChange, type OwnerChanged } from './directory/change-owner.ts';
export { changeProject, type ProjectChange, type ProjectChanged } from './directory/change-project.ts';
export * from './directory/change-user.ts';
export * from './directory/create-cluster.ts';
export * from './directory/create-invite.ts';
export * from './directory/create-project.ts';
export { createUser, type NewUser } from './directory/create-user.ts';
export { type AliasEnd, endAlias } from './directory/end-alias.ts';
export * from './directory/end-project.ts';
export * from './directory/find-person.ts';
export * from './directory/hand-over-project.ts';
export * from './directory/list-aliases.ts';
export * from './directory/list-clusters.ts';
export * from './directory/list-invites.ts';
export * from './directory/list-projects.ts';
export { listSubjects, type SubjectRow } from './directory/list-subjects.ts';
export * from './directory/list-users.ts';
export { loadDirectory } from './directory/load-directory.ts';
export type { MoveReport } from './directory/move-usage.ts';
export type { AliasRow } from './directory/read-alias.ts';
export { type ClusterRow, type ClusterStatus, findCluster } from './directory/read-cluster.ts';
export type { InviteRow, InviteStatus } from './directory/read-invite.ts';
export * from './directory/read-person-name.ts';
export type { ProjectRow } from './directory/read-project.ts';
export type { UserRow } from './directory/read-user.ts';
export type { MovedUsage } from './directory/rebuild-usage-daily.ts';
export { type Revocation, revokeInvite } from './directory/revoke-invite.ts';
export { type NewAlias, setAlias } from './directory/set-alias.ts';
export { type Unassignment, unassignUser } from './directory/unassign-user.ts';
export { correctEvent, type EnteredCorrection, type WantedCorrection } from './entered/correct-event.ts';
export { type ConflictDecision, decideConflict, type WantedDecision } from './entered/decide-conflict.ts';
export * from './entered/import-usage.ts';
export type { UsageDifference } from './entered/usage-difference.ts';
export { formatSource, parseSource } from './events/event-source.ts';
export * from './events/purge-expired-events.ts';
export type { EventArrival } from './events/read-arrival.ts';
export type { AttributedProject, DirectoryPeriod, EventAttribution } from './events/read-attributions.ts';
export type { ChainCorrection } from './events/read-chain.ts';
export type { ParkedCopy, RecordedEvent } from './events/read-copies.ts';
export type { EventBooking, EventPart, PriceVersion } from './events/read-parts.ts';
export { type EventReceipt, readReceipt } from './events/read-receipt.ts';
export {
  EVENT_SEARCH_DAYS_MAX,
  type EventsQuery,
  type LedgerEvent,
  type LedgerPosition,
  searchEvents,
} from './events/search-events.ts';
export * from './exports/charge.ts';
export { type ChargesQuery, eachCharge } from './exports/each-charge.ts';
export * from './following/confirm-missing.ts';
export * from './following/is-remembered.ts';
export { type FollowedProblemRow, listFollowedProblems } from './following/list-followed-problems.ts';
export * from './following/make-followed-changes.ts';
export * from './following/read-followed.ts';
export * from './following/read-following-health.ts';
export * from './following/remember-application.ts';
export {
  endTurn,
  type LookOutcome,
  type MissingCounts,
  type Turn,
  TurnPassedError,
  takeTurn,
} from './following/turn.ts';
export { type GpuModelRow, listGpuModels } from './gpu-models/list-gpu-models.ts';
export { removeGpuModel } from './gpu-models/remove-gpu-model.ts';
export { setGpuModel } from './gpu-models/set-gpu-model.ts';
export * from './grants/balance-of.ts';
export * from './grants/grant-credit.ts';
export * from './grants/list-grants.ts';
export type { GrantRow } from './grants/read-grants.ts';
export * from './grants/revoke-grant.ts';
export { type CreatedKey, LIVE_KEYS_MAX } from './keys/change-keys.ts';
export * from './keys/create-cluster-key.ts';
export { type ClusterKeyRow, KEY_STATUSES, type KeyStatus } from './keys/key-columns.ts';
export * from './keys/list-cluster-keys.ts';
export * from './keys/load-cluster-keys.ts';
export * from './keys/note-keys-used.ts';
export * from './keys/revoke-cluster-key.ts';
export * from './keys/rotate-cluster-key.ts';
export * from './migrate.ts';
export {
  closeImportedMonths,
  type ImportedMonth,
  listImportedMonths,
} from './moving-in/close-imported-months.ts';
export {
  IMPORT_CONNECTIONS,
  importPastUsage,
  type PastUsageImport,
  type RowOutcome,
} from './moving-in/import-past-usage.ts';
export { makeDirectoryChanges } from './moving-in/make-directory-changes.ts';
export { readOurDirectory } from './moving-in/read-our-directory.ts';
export { type BilledBefore, listBilledBefore, stopBillingBefore } from './moving-in/stop-billing-before.ts';
export * from './namespace-rules/add-namespace-rule.ts';
export * from './namespace-rules/list-namespace-rules.ts';
export * from './namespace-rules/recall-ignored.ts';
export { type NamespaceRuleRow, RULE_ACTIONS } from './namespace-rules/rule-columns.ts';
export * from './namespace-rules/withdraw-namespace-rule.ts';
export * from './parked/give-up-parked.ts';
export * from './parked/list-parked.ts';
export type { ParkedFilter } from './parked/parked-filter.ts';
export * from './parked/postpone-parked.ts';
export * from './parked/read-parked-work.ts';
export * from './parked/release-parked.ts';
export * from './parked/request-parked-retry.ts';
export * from './parked/settle-parked.ts';
export type { ParkedChoice } from './parked/take-parked.ts';
export * from './pipeline/read-cluster-activity.ts';
export * from './pipeline/read-freshness.ts';
export { type Operations, readOperations } from './pipeline/read-operations.ts';
export * from './pipeline/read-pipeline-counts.ts';
export { type PipelineHealth, type QueueHealth, readPipelineHealth } from './pipeline/read-pipeline-health.ts';
export * from './pipeline/report-queue-status.ts';
export {
  changePrices,
  type PriceChangePreview,
  previewPriceChange,
  type WantedPriceChange,
} from './pricing/change-prices.ts';
export { createMeter } from './pricing/create-meter.ts';
export { createRateCard, type NewRateCard } from './pricing/create-rate-card.ts';
export { type ApplyingPriceChange, findApplyingPriceChange } from './pricing/find-applying-price-change.ts';
export type { MonthDifference, MonthForecast } from './pricing/forecast-month.ts';
export type { AccountForecast, CostDifference, PriceForecast } from './pricing/forecast-price-change.ts';
export {
  findPriceChange,
  listPriceChanges,
  PRICE_CHANGE_STATUSES,
  type PriceChangeRow,
  type PriceChangesQuery,
} from './pricing/list-price-changes.ts';
export { type AccountOverrideRow, listPriceOverrides } from './pricing/list-price-overrides.ts';
export * from './pricing/list-rate-cards.ts';
export type { OverrideContent, PriceChange } from './pricing/price-change.ts';
export { PartNotReRatedError, type ReRatedPart, reRatePart } from './pricing/re-rate.ts';
export { readAccountNames } from './pricing/read-account-names.ts';
export { readCreditUsd } from './pricing/read-credit-usd.ts';
export * from './pricing/read-prices.ts';
export * from './project-reports/list-project-reports.ts';
export * from './project-reports/settle-project-reports.ts';
export { type CheckOutcome, checkNextDay, DayNotComparedError, skipDay } from './reconciliation/check-next-day.ts';
export * from './reconciliation/count-missing-hours.ts';
export * from './reconciliation/count-overlapping-usage.ts';
export * from './reconciliation/list-reconciliations.ts';
export * from './reconciliation/plan-reconciliation.ts';
export * from './reconciliation/read-coverage.ts';
export {
  type DifferenceRow,
  type ReconciliationReport,
  readReconciliation,
} from './reconciliation/read-reconciliation.ts';
export * from './reconciliation/read-reconciliation-state.ts';
export * from './reconciliation/reconcile-now.ts';
export type { ReconciliationRow } from './reconciliation/reconciliation-columns.ts';
export type { RepairedRow } from './reconciliation/repair-day.ts';
export * from './reconciliation/repair-usage-daily.ts';
export { type DayRange, requestReconciliation } from './reconciliation/request-reconciliation.ts';
export { createRecording } from './record/create-recording.ts';
export { readCountedInstants } from './record/read-counted-instants.ts';
export { type RecordedCounts, recordBatch, recordStatementOf, tryRecordBatch } from './record/record-batch.ts';
export * as schema from './schema/index.ts';
export { type Found, search } from './search/search.ts';
export type { ClosedMonth } from './statements/close-month.ts';
export {
  ACCOUNTS_PER_TRANSACTION_MAX,
  closeMonths,
  type MonthClosing,
  type MonthsClosed,
  type RefusedMonth,
} from './statements/close-months.ts';
export type { DraftStatement, LineOfStatement, OriginalStatement } from './statements/compute-statement.ts';
export * from './statements/draft-statement.ts';
export * from './statements/find-statement-differences.ts';
export {
  ACCOUNT_MONTH_STATES,
  type AccountMonthState,
  listMonthAccounts,
  type MonthAccountRow,
  type MonthAccountsQuery,
} from './statements/list-month-accounts.ts';
export { listMonths, type MonthRow } from './statements/list-months.ts';
export { listStatements, type StatementsPage, type StatementsQuery } from './statements/list-statements.ts';
export type { Customer } from './statements/read-parties.ts';
export { readStatement, type Statement } from './statements/read-statement.ts';
export type { FinalFacts, StatementSummary } from './statements/read-summary.ts';
export type { MissingClusterHours, WaitingEvents, WaitingUsage } from './statements/read-waiting.ts';
export type { UnitPrice } from './statements/unit-prices.ts';
export * from './stripe/claim-remittances.ts';
export * from './stripe/count-open-remittances.ts';
export * from './stripe/end-stripe-customer.ts';
export * from './stripe/find-remittance-differences.ts';
export {
  listRemittances,
  REMITTANCE_STATUSES,
  type RemittanceRow,
  type RemittanceStatus,
  type RemittancesQuery,
} from './stripe/list-remittances.ts';
export * from './stripe/plan-remittances.ts';
export * from './stripe/read-stripe-account.ts';
export * from './stripe/resolve-remittance.ts';
export * from './stripe/set-stripe-customer.ts';
export * from './stripe/settle-remittance.ts';
export type { StripeCustomerRow } from './stripe/stripe-customers.ts';
export * from './totals/check-billing.ts';
export * from './totals/each-usage-daily.ts';
export * from './totals/has-account.ts';
export * from './totals/list-accounts.ts';
export * from './totals/list-usage-daily.ts';
export { type AccountFacts, readAccountFacts } from './totals/read-account-facts.ts';
export { type OwnUsageRow, readOwnUsage } from './totals/read-own-usage.ts';
export * from './totals/read-totals.ts';
export {
  readWindows,
  WINDOWS_DAYS_MAX,
  WINDOWS_MICROS_MAX,
  type WindowGrouping,
  type WindowRow,
  type WindowsQuery,
} from './totals/read-windows.ts';
export type { UsageDailyKey, UsageDailyRow } from './totals/usage-daily-rows.ts';
export { NO_PROJECT, type UsageFilter } from './totals/usage-filter.ts';
