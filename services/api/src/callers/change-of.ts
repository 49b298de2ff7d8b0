import type { Actor, Change } from '@hopsmeter/db';
import type { FastifyRequest } from 'fastify';
import type { Caller } from './caller.ts';

/** On whose behalf a request changes something, as the audit log says it. */
export function changeOf({ caller, id }: Pick<FastifyRequest, 'caller' | 'id'>): Change {
  return { actor: actorOf(caller), requestId: id };
}

function actorOf(caller: Caller): Actor {
  switch (caller.kind) {
    case 'service_role':
      return { kind: 'service', id: 'service-role' };
    case 'staff':
      return { kind: 'staff', id: caller.userId };
    // The log tells our side from the customer's; who it was there says the id.
    case 'owner':
    case 'member':
    case 'stranger':
      return { kind: 'owner', id: caller.userId };
  }
}
