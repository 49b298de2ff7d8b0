/** SQL that writes a TIMESTAMPTZ as RFC 3339 in UTC with microseconds; NULL where the period is open. */
export function instantText(column: string): string {
  return `case when isfinite(${column}) then to_char(${column} at time zone 'UTC',
    'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') end`;
}
