/** SQL that writes a DATE as `2026-11-22`. */
export function dayText(expression: string): string {
  return `to_char(${expression}, 'YYYY-MM-DD')`;
}

/** SQL that writes the month of a DATE as `2026-11`. */
export function monthText(expression: string): string {
  return `to_char(${expression}, 'YYYY-MM')`;
}
