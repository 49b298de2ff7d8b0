/**
 * The name of a file to save, of letters, digits, `.`, `_` and `-`, which every file system takes: ids of people hold
 * `|`.
 *
 * @param parts those that are undefined are left out.
 */
export function nameFile(parts: readonly (string | undefined)[], extension: string): string {
  const safe = parts.flatMap((part) => (part === undefined ? [] : part.replace(/[^\w.-]/g, '_')));
  return `${safe.join('-')}.${extension}`;
}
