/** Which view an address is of, with what its path names. */
export type ViewAddress =
  | { readonly view: 'overview' | 'accounts' | 'events' | 'parked' | 'comparison' | 'sign-in' | 'nothing' }
  | { readonly view: 'account'; readonly id: string }
  | { readonly view: 'statement'; readonly id: string; readonly month: string }
  | { readonly view: 'receipt'; readonly id: string };

/**
 * Reads a path as the browser has it, still encoded: an id may hold a slash or a percent sign, so the path is split
 * before its parts are decoded, and each part is decoded once.
 */
export function viewOf(pathname: string, search = ''): ViewAddress {
  const parts = partsOf(pathname);
  if (parts === undefined) return { view: 'nothing' };
  const [first, id, third, month, ...rest] = parts;
  if (first === undefined) return { view: 'overview' };
  if (rest.length > 0) return { view: 'nothing' };
  if (first === 'receipt' && id === undefined)
    return { view: 'receipt', id: new URLSearchParams(search).get('id') ?? '' };
  if (id === undefined)
    return first === 'accounts' ||
      first === 'events' ||
      first === 'parked' ||
      first === 'comparison' ||
      first === 'sign-in'
      ? { view: first }
      : { view: 'nothing' };
  if (third === undefined && first === 'accounts') return { view: 'account', id };
  if (third === undefined && first === 'events') return { view: 'receipt', id };
  if (first === 'accounts' && third === 'statements' && month !== undefined) return { view: 'statement', id, month };
  return { view: 'nothing' };
}

function partsOf(pathname: string): string[] | undefined {
  try {
    return pathname
      .replace(/\/$/, '')
      .split('/')
      .slice(1)
      .map((part) => decodeURIComponent(part));
  } catch {
    // A percent sign that encodes nothing: no link of ours.
    return undefined;
  }
}
