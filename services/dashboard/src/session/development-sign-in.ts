import * as z from 'zod/mini';
import { ApiProblem } from '../api/api-problem.ts';
import { readApi } from '../api/client.ts';
import { currentAddress, safeReturnTo } from './return-to.ts';
import type { DevelopmentPerson } from './sign-in-offer.ts';
import { type SignedIn, type SignInEvents, SignInFailed, type SignInWay } from './sign-in-way.ts';
import { signedInMark } from './signed-in-mark.ts';

const answerSchema = z.object({ accessToken: z.string(), expiresAt: z.string() });

/** A newer token is asked for when this part of the time is over. */
const RENEW_AFTER = 0.8;

/**
 * Signs in as anybody of the demo, on a developer's machine: the api of `npm start` gives the tokens. This file is not
 * part of pages that are built for production, and neither is the api's side of it.
 */
export function createDevelopmentSignIn(people: readonly DevelopmentPerson[], events: SignInEvents): SignInWay {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const takeToken = async (id: string): Promise<void> => {
    const { accessToken, expiresAt } = await readApi('/dashboard/development-sign-in', answerSchema, {
      method: 'POST',
      body: { id },
    });
    signedInMark.set(id);
    events.onToken(accessToken);
    clearTimeout(timer);
    const leftMs = Date.parse(expiresAt) - Date.now();
    timer = setTimeout(() => {
      takeToken(id).catch(events.onEnded);
    }, leftMs * RENEW_AFTER);
  };
  const comeIn = async (id: string, returnTo: string): Promise<SignedIn> => {
    try {
      await takeToken(id);
    } catch (error) {
      signedInMark.remove();
      throw new SignInFailed(error instanceof ApiProblem ? error.message : 'Signing in did not work.', {
        cause: error,
      });
    }
    return { name: people.find((person) => person.id === id)?.name, returnTo: safeReturnTo(returnTo) };
  };
  return {
    async resume() {
      const id = signedInMark.read();
      return id === undefined ? undefined : comeIn(id, currentAddress());
    },
    async begin(returnTo, who) {
      if (who === undefined) throw new SignInFailed('Choose somebody.');
      return comeIn(who, returnTo);
    },
    async signOut() {
      clearTimeout(timer);
      signedInMark.remove();
    },
  };
}
