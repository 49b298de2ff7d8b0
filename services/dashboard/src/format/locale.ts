/**
 * Whose way of writing numbers and days is used: the reader's own, which is what a browser takes for undefined. Outside
 * of a browser, which is in tests, always the same one.
 */
export const LOCALES = typeof document === 'undefined' ? 'en-US' : undefined;
