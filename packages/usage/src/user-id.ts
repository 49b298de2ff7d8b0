import { SUBJECT_LENGTH_MAX } from './limits.ts';
import { isName } from './text.ts';

/** What a {@link isUserId} is, for people. */
export const USER_ID_FORM =
  `1 to ${SUBJECT_LENGTH_MAX} characters, well-formed, without control characters, ` + 'and not . or ..';

/**
 * Whether a text can be a user's id: what ingest takes as a subject is what can be registered. Ids of Auth0 come from
 * directories of all kinds: `samlp|okta|o'brien@example.com`, `ad|CORP\user`, letters of any script. Only `.` and `..`
 * are left out: in an address they mean a place, encoded too, so nothing about such a user could be asked for.
 */
export function isUserId(text: string): boolean {
  return isName(text, SUBJECT_LENGTH_MAX) && text !== '.' && text !== '..';
}
