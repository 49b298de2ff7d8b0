/** SQL that writes a TIMESTAMPTZ that is never infinite as RFC 3339 in UTC with microseconds. */
export function finiteInstantText(expression: string): string {
  return `to_char(${expression} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}

/** {@link finiteInstantText} of a TIMESTAMPTZ that may be infinite: NULL where it is, because the period is open. */
export function instantText(column: string): string {
  return `case when isfinite(${column}) then ${finiteInstantText(column)} end`;
}

/** SQL of a TIMESTAMPTZ that is never infinite as `Micros` of packages/usage: microseconds since 1970. */
export function finiteInstantMicros(expression: string): string {
  return `(extract(epoch from ${expression}) * 1000000)::bigint`;
}

/** {@link finiteInstantMicros} of a TIMESTAMPTZ that may be infinite: NULL where it is, because the period is open. */
export function instantMicros(column: string): string {
  return `case when isfinite(${column}) then ${finiteInstantMicros(column)} end`;
}
