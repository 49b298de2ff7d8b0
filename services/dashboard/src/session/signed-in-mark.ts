/** In this tab only, and gone with it. */
const KEY = 'hopsmeter.signed-in';

/**
 * A mark that somebody is signed in in this tab: a page that is loaded again then gets a new token without asking. It
 * is no secret, and lets nobody in; the token itself is kept in memory only.
 */
export const signedInMark = {
  read: (): string | undefined => sessionStorage.getItem(KEY) ?? undefined,
  set: (who: string): void => sessionStorage.setItem(KEY, who),
  remove: (): void => sessionStorage.removeItem(KEY),
};
