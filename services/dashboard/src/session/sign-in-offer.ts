import * as z from 'zod/mini';
import { readApi } from '../api/client.ts';

const personSchema = z.object({ id: z.string(), name: z.string(), role: z.string() });

/** `GET /dashboard/sign-in.json`: how people sign in here. */
const signInOfferSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('auth0'), issuer: z.string(), clientId: z.string(), audience: z.string() }),
  z.object({ kind: z.literal('development'), people: z.array(personSchema) }),
  z.object({ kind: z.literal('none') }),
]);

export type SignInOffer = z.output<typeof signInOfferSchema>;

export type Auth0Offer = Extract<SignInOffer, { kind: 'auth0' }>;

/** Somebody of the demo whom one can be on a developer's machine. */
export type DevelopmentPerson = z.output<typeof personSchema>;

/** Asks how people sign in. @throws ApiProblem */
export function readSignInOffer(): Promise<SignInOffer> {
  return readApi('/dashboard/sign-in.json', signInOfferSchema);
}
