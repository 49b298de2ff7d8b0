/**
 * Age of a booked month, by its end, from which on its usage is not sent without a person: Stripe takes no time further
 * back, which is also about where a customer would stop expecting it on an invoice.
 */
const REMITTANCE_AGE_MAX_DAYS = 35;

/** How the time that Stripe is told is chosen. */
export type StampParameters = {
  /** SQL of the present time. */
  readonly now: string;
  /** SQL of the hours for which Stripe leaves a month's invoice open. */
  readonly graceHours: string;
};

/**
 * SQL of the time that Stripe is told for usage of a remittance's month, in whole seconds; NULL when a person has to
 * decide.
 *
 * - While the customer pays, in the month: now.
 * - Until the month's invoice is closed at Stripe: the last second for which the customer pays in the month, so that it
 *   is on that invoice. That is the month's last second, or where the customer was replaced or ended within the month,
 *   the last second before that.
 * - Later: now. Stripe would take the past time too and put it on no invoice ever; so it is on the customer's next one.
 * - When there is no next invoice, because the customer does not pay any more: NULL.
 * - When the month ended more than {@link REMITTANCE_AGE_MAX_DAYS} days ago: NULL.
 * - Once a person has said of one of the month's remittances that it has to be sent: now, or the last second that was
 *   paid for where nobody pays now and Stripe still takes it.
 *
 * @param row name of what has the columns account_owner_id, stripe_customer_id, meter and month
 */
export function stampOf(row: string, { now, graceHours }: StampParameters): string {
  const monthEnd = `((${row}.month + interval '1 month') at time zone 'UTC')`;
  const present = `date_trunc('second', ${now})`;
  const isDecided = `exists (
    select from hopsmeter.stripe_remittances as decided
    where decided.account_owner_id = ${row}.account_owner_id and decided.month = ${row}.month
      and decided.stripe_customer_id = ${row}.stripe_customer_id and decided.meter = ${row}.meter
      and decided.status = 'not_sent'
  )`;
  return `(
select case
  when ${now} < paid_until then ${present}
  when ${now} < ${monthEnd} + ${graceHours} * interval '1 hour' then paid_until - interval '1 second'
  when pays_now and (${now} < ${monthEnd} + interval '${REMITTANCE_AGE_MAX_DAYS} days' or ${isDecided}) then ${present}
  when ${isDecided} and ${now} < paid_until + interval '${REMITTANCE_AGE_MAX_DAYS} days'
    then paid_until - interval '1 second'
  when ${isDecided} then ${present}
end
from (
  select
    -- Of periods that have begun, so that it is never ahead. A month in which nobody paid lacks what an earlier one
    -- left over.
    coalesce(
      max(least(billed_to::timestamp at time zone 'UTC', ${monthEnd})) filter (
        where billed_from < ${row}.month + interval '1 month' and (billed_to is null or billed_to > ${row}.month)
      ),
      ${monthEnd}
    ) as paid_until,
    coalesce(bool_or(billed_to is null or ${now} < billed_to::timestamp at time zone 'UTC'), false) as pays_now
  from hopsmeter.stripe_customers
  where account_owner_id = ${row}.account_owner_id and stripe_customer_id = ${row}.stripe_customer_id
    and billed_from::timestamp at time zone 'UTC' <= ${now}
) as periods
)`;
}
