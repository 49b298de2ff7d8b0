import { findPerson, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { RequestError } from '@hopsmeter/usage';
import { z } from 'zod';
import type { AccessTokens } from '../callers/access-tokens.ts';
import type { DevelopmentPerson } from '../dashboard/add-sign-in.ts';
import { createDevelopmentTokens } from './development-tokens.ts';
import { isMadeUp, listDevelopmentPeople } from './people.ts';

/** Everything of the development sign-in; the api of a production image does not contain this folder. */
export type DevelopmentSignIn = {
  /** Takes the tokens that it gives. */
  readonly tokens: AccessTokens;
  people(): Promise<readonly DevelopmentPerson[]>;
  /** Adds `POST /dashboard/development-sign-in`. */
  addTo(app: HttpApp): void;
};

const bodySchema = z.strictObject({ id: z.string().min(1).max(255) });

/** Under other names this machine is reached by others, or by a page that made its name point here. */
const LOCAL_NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Lets whoever is at this machine be anybody, without a password: for `npm start` and tests. The key that its tokens
 * are signed with is made here and gone with the process.
 */
export async function createDevelopmentSignIn(pool: Pool, now: () => number): Promise<DevelopmentSignIn> {
  const tokens = await createDevelopmentTokens(now);
  return {
    tokens,
    people: () => listDevelopmentPeople(pool),
    addTo(app) {
      const schema = { hide: true, body: bodySchema };
      app.post('/dashboard/development-sign-in', { schema }, async ({ body: { id }, hostname }) => {
        if (!LOCAL_NAMES.includes(hostname))
          throw new RequestError('FORBIDDEN', 'the development sign-in only works on this machine');
        if (!isMadeUp(id) && (await findPerson(pool, id)) === undefined)
          throw new RequestError('NOT_FOUND', 'no such person');
        return tokens.sign(id);
      });
    },
  };
}
