export * from './allocate-cents.ts';
export type * from './booking/batch.ts';
export type * from './booking/batch-record.ts';
export type * from './booking/booked-row.ts';
export type {
  BookedUsage,
  Chain,
  ChainOriginal,
  CorrectionPlan,
  CorrectionRank,
  CorrectionRow,
  CountedCorrection,
} from './booking/corrections/chain.ts';
export { planCorrections } from './booking/corrections/plan-corrections.ts';
export { ExactSum } from './booking/exact-sum.ts';
export {
  type ParkedEventField,
  readParkedCorrection,
  readParkedUsage,
  readParkedWords,
} from './booking/parked-event.ts';
export { type ParkedRow, toParkedRow } from './booking/parked-row.ts';
export { type CountedInstant, planBatch, planBatches, type SetAside } from './booking/plan-batch.ts';
export {
  type ParkedPlan,
  type ParkedSetAside,
  planParked,
  type TakenEvent,
} from './booking/plan-parked.ts';
export { planUnreadable } from './booking/plan-unreadable.ts';
export { toStorableText } from './booking/storable-text.ts';
export * from './cluster-key.ts';
export * from './decimal.ts';
export * from './directory.ts';
export * from './errors.ts';
export * from './event.ts';
export { CLUSTER_SOURCE_PREFIX } from './event-fields.ts';
export { eventSchemas } from './event-schema.ts';
export * from './exact-quantity.ts';
export * from './gpu-models.ts';
export { groupBy } from './group-by.ts';
export type { Period } from './holder.ts';
export * from './identity.ts';
export * from './imported-usage.ts';
export * from './limits.ts';

export type * from './moving-in/application-rows.ts';
export { type Amount, ONE_AMOUNT, readAmount } from './moving-in/comparison/amount.ts';
export * from './moving-in/comparison/causes.ts';
export { compareUser, needsHours } from './moving-in/comparison/compare-user.ts';
export * from './moving-in/comparison/comparison-csv.ts';
export type * from './moving-in/comparison/facts.ts';
export * from './moving-in/comparison/summary.ts';
export * from './moving-in/directory-plan.ts';
export * from './moving-in/following/find-missing.ts';
export * from './moving-in/following/followed-rows.ts';
export { type FollowingState, planFollowing } from './moving-in/following/plan-following.ts';
export type { RowPlan } from './moving-in/following/row-plan.ts';
export { planDirectory } from './moving-in/plan-directory.ts';
export * from './moving-in/plan-imported-day.ts';
export { createUsageCounts, type MonthCounts, type UsageCounts } from './moving-in/usage-counts.ts';
export type { NamespaceRule } from './namespace-rules.ts';
export { readCorrected } from './parse-deferred.ts';
export * from './parse-event.ts';
export * from './plausibility.ts';
export * from './pricing/credits.ts';
export * from './pricing/model-cost.ts';
export * from './pricing/model-effect.ts';
export * from './pricing/pricing.ts';
export * from './pricing/read-terms-input.ts';
export * from './pricing/stored-terms.ts';
export * from './put-on-meters.ts';
export * from './split-by-day.ts';
export * from './statement/build-statement.ts';
export * from './statement/find-model-effects.ts';
export { isSystemId, parseSystemId, systemIdSchema } from './system-id.ts';
export { isName } from './text.ts';
export * from './time.ts';
export { isUserId, USER_ID_FORM } from './user-id.ts';
