/** A text as a pattern of LIKE that only itself fits. */
function literal(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&');
}

/** Patterns that texts with a search text in them fit: anywhere, at the beginning, at the beginning of a word. */
export function patternsOf(text: string): readonly [anywhere: string, beginning: string, word: string] {
  const own = literal(text);
  return [`%${own}%`, `${own}%`, `% ${own}%`];
}

/**
 * SQL that sorts what was found: what is the text itself first, then what begins with it, or has a word that does, then
 * the rest. Parameters: $1 to $3 {@link patternsOf} the text, $4 the text.
 */
export function rankOf(columns: readonly string[]): string {
  const some = (operator: string, parameter: string): string =>
    columns.map((column) => `${column} ${operator} ${parameter}`).join(' or ');
  return `case
    when ${columns.map((column) => `lower(${column}) = lower($4)`).join(' or ')} then 0
    when ${some('ilike', '$2')} or ${some('ilike', '$3')} then 1
    else 2
  end`;
}
