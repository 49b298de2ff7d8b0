import { acceptInvite, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { RequestError } from '@hopsmeter/usage';
import { z } from 'zod';
import type { Caller } from '../../callers/caller.ts';
import { changeOf } from '../../callers/change-of.ts';
import { BODY_BYTES_MAX, changed } from '../../contract/change-responses.ts';
import { nameField, tokenField, userIdField } from '../../contract/fields.ts';
import { inviteSchema, userSchema } from './schemas.ts';

const bodySchema = z.strictObject({
  token: tokenField,
  userId: userIdField('Who accepts; a person accepts for themselves and may omit it').optional(),
  name: nameField('Name of a new user', 'Ada Lovelace').optional(),
});

const answerSchema = z.object({ invite: inviteSchema, user: userSchema }).meta({ id: 'AcceptedInvite' });

const description = `The user becomes a member of the account from now on and comes to the cluster of its owner.
A new user is added, with the invited address. It works once; the same user who sends it again gets the same
answer.`;

/** `POST /v1/invites/accept` */
export function addAcceptInvite(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'acceptInvite',
    summary: 'Accept an invitation',
    description,
    tags: ['People'],
    body: bodySchema,
    response: changed(
      'The invitation and the user as they are now',
      answerSchema,
      'INVITE_ENDED',
      'ALREADY_MEMBER',
      'TWO_LEVELS',
      'MEMBER_FOLLOWS_OWNER',
      'OWNER_NOT_ASSIGNED',
      'CLUSTER_INACTIVE',
      'CLUSTER_FULL',
      'NO_CLUSTER_WITH_ROOM',
    ),
  };
  app.post('/v1/invites/accept', { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'person' } }, (request) => {
    const { token, name } = request.body;
    const userId = acceptingUser(request.caller, request.body.userId);
    return acceptInvite(pool, changeOf(request), { token, userId, name });
  });
}

/** Nobody accepts for somebody else, but a service of ours for the person who is logged in there. */
function acceptingUser(caller: Caller, named: string | undefined): string {
  if (caller.kind === 'service_role') {
    if (named === undefined) throw new RequestError('INVALID_REQUEST', 'userId must name who accepts');
    return named;
  }
  if (named !== undefined && named !== caller.userId)
    throw new RequestError('FORBIDDEN', 'a person accepts for themselves');
  return caller.userId;
}
