/** Reads a whole number that somebody typed; undefined when it is none. */
export function readCount(text: string): number | undefined {
  const trimmed = text.trim();
  return /^\d{1,9}$/.test(trimmed) ? Number(trimmed) : undefined;
}
