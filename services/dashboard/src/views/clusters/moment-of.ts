/** As long as `2026-11-22T14:05`: what browsers give where no seconds were entered. */
const TO_THE_MINUTE = 16;

/** A moment of a form, which is UTC as everything on the page, as RFC 3339; undefined for an empty field. */
export function momentOf(text: string): string | undefined {
  if (text === '') return undefined;
  return text.length === TO_THE_MINUTE ? `${text}:00Z` : `${text}Z`;
}
