import { createDirectory, IMPORTED_EVENT_TYPE, RequestError, type Unattributed, type Usage } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import { inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { readDirectory } from '../directory/load-directory.ts';
import { parseSource } from '../events/event-source.ts';
import { findEvents } from '../events/find-event.ts';
import { createCorrection } from './create-correction.ts';
import { enterEvents } from './enter-events.ts';
import { readBookedChain } from './read-booked-chain.ts';
import { findDifferences, findObstacle, type UsageDifference } from './usage-difference.ts';

export type WantedCorrection = {
  /** The event's id, and its source where several clusters may have it. */
  readonly id: string;
  readonly source: string | undefined;
  /** The whole new content, by meter and without zeros. Empty: the event is void. */
  readonly usages: readonly Usage[];
  readonly reason: string;
  readonly isDryRun: boolean;
};

/** What a correction that a person enters changes, or would change. */
export type EnteredCorrection = {
  /** Its id; undefined in a dry run. */
  readonly correctionId: string | undefined;
  readonly differences: readonly UsageDifference[];
  /** Why it would be parked instead of counted within seconds. */
  readonly obstacle: Unattributed | undefined;
};

/**
 * Corrects or voids counted usage for a person: enters a correction as a cluster could have sent it, which a worker
 * books within seconds. It is later than every correction that is known, so it is the one in force.
 *
 * @throws RequestError NOT_FOUND, NOT_COUNTED for what is only parked or no usage, IMPORTED_USAGE; `sources` when
 * several have the id.
 */
export function correctEvent(
  pool: Pool,
  change: Change,
  wanted: WantedCorrection,
): Promise<EnteredCorrection | { readonly sources: readonly string[] }> {
  const { id, usages, reason, isDryRun } = wanted;
  return inAuditedTransaction(
    pool,
    change,
    async (transaction) => {
      const [found, ...others] = await findEvents(transaction, { ...wanted, accountOwnerId: undefined });
      if (found === undefined) throw new RequestError('NOT_FOUND', 'there is no event with this id and source');
      if (others.length > 0) return { sources: [found, ...others].flatMap(({ source }) => source ?? []) };
      const origin = found.source === undefined ? undefined : parseSource(found.source);
      const chain = await readBookedChain(transaction, found.eventKey);
      if (chain === undefined || origin === undefined) throw new RequestError('NOT_COUNTED');
      if (chain.type === IMPORTED_EVENT_TYPE) throw new RequestError('IMPORTED_USAGE');
      const directory = createDirectory(await readDirectory(transaction));
      const put = { ...chain, usages };
      const differences = findDifferences(chain.booked, [put], directory);
      const obstacle = findObstacle(origin.clusterId, put, directory);
      if (isDryRun) return { correctionId: undefined, differences, obstacle };
      const event = createCorrection(transaction.now, chain, { id, sourcePath: origin.sourcePath }, { usages, reason });
      await enterEvents(transaction, change, [{ clusterId: origin.clusterId, event }]);
      await transaction.audit({
        action: usages.length === 0 ? 'void_event' : 'correct_event',
        entity: 'usage_events',
        entityId: chain.rootKey,
        before: { booked: chain.booked },
        after: { correctionId: event.id, usages: usages.map(textOf) },
        reason,
      });
      return { correctionId: event.id, differences, obstacle };
    },
    isDryRun,
  );
}

function textOf({ meter, quantity }: Usage) {
  return { meter, quantity };
}
