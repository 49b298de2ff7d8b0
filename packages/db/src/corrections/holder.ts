/**
 * The parked correction that an identity stands for, as a subquery of at most one row (id, replaces_key).
 *
 * An identity is what the ledger holds under it. Only where the ledger holds nothing does a parked correction have it,
 * and of several contents one: the first that came and that nobody gave up. Whatever walks along the names of
 * corrections asks this, up and down alike, so a correction that is found on the way down leads back the same way.
 *
 * @param key an SQL expression. Found by the index of the key.
 */
export function holderOf(key: string): string {
  return `
    select id, replaces_key from hopsmeter.parked_events
    where event_key = ${key} and deferred = 'correction' and reason <> 'conflict'
      and hopsmeter.counted_content_hash(${key}) is null
    order by status = 'given_up', parked_at, id
    limit 1`;
}
