/**
 * Age of a booked month, by its end, from which on its usage is not sent without a person: Stripe takes no time further
 * back, which is also about where a customer would stop expecting it on an invoice.
 */
export const REMITTANCE_AGE_MAX_DAYS = 35;

/** How the time that Stripe is told is chosen. */
export type StampParameters = {
  /** SQL of the present time. */
  readonly now: string;
  /** SQL of the hours for which Stripe leaves a month's invoice open. */
  readonly graceHours: string;
};

/**
 * SQL of the time that Stripe is told for usage of a remittance's month, in whole seconds; NULL when a person has to decide.
 *
 * - While the month runs: now.
 * - While the month's invoice is still open at Stripe: the month's last second, so that it is on that invoice.
 * - Later: now. Stripe would take the past time too and put it on no invoice ever; so it is on the customer's next one.
 * - When the month ended more than {@link REMITTANCE_AGE_MAX_DAYS} days ago: NULL, until a person has said of one of the
 *   month's remittances that it has to be sent; from then on, now.
 *
 * @param row name of what has the columns account_owner_id, stripe_customer_id, meter and month
 */
export function stampOf(row: string, { now, graceHours }: StampParameters): string {
  const monthEnd = `((${row}.month + interval '1 month') at time zone 'UTC')`;
  return `
case
  when ${now} < ${monthEnd} then date_trunc('second', ${now})
  when ${now} < ${monthEnd} + ${graceHours} * interval '1 hour' then ${monthEnd} - interval '1 second'
  when ${now} < ${monthEnd} + interval '${REMITTANCE_AGE_MAX_DAYS} days' or exists (
    select from stripe_remittances as decided
    where decided.account_owner_id = ${row}.account_owner_id and decided.month = ${row}.month
      and decided.stripe_customer_id = ${row}.stripe_customer_id and decided.meter = ${row}.meter
      and decided.status = 'not_sent'
  ) then date_trunc('second', ${now})
end`;
}
