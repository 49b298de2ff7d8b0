import type { UsageEvent, Window } from '@hopsmeter/client';
import type { SourceName } from '@hopsmeter/sources';
import type { FollowContext } from '../follow-context.ts';
import { deliver } from './deliver.ts';
import { hoursOf, parseHour } from './hour.ts';
import type { Entry, EntryKind, Journal } from './journal.ts';
import type { MarkFile } from './mark-file.ts';
import { finish, isFinished } from './marks.ts';

export type OutboxOptions = {
  readonly source: SourceName;
  readonly journal: Journal;
  readonly marks: MarkFile;
  /** Whether usage stays in the journal, to be compared with a second look. */
  readonly keepsUsage: boolean;
};

/**
 * Brings what was collected to the spool: journal, spool, mark, in this order. A kill between two of them repeats what
 * is left, with what the journal has.
 */
export type Outbox = {
  /** Finds what a process left that ended before it had marked it. */
  resume(): Promise<void>;
  /** Sends what is left of before. @throws ClientError, or the file system's error; then it is left. */
  sendPending(): Promise<void>;
  /** Durable in the journal when it resolves or rejects with a ClientError; in the spool when it resolves. */
  keep(entry: Entry): Promise<void>;
  /** Sends what nobody compares later, such as which hours are missing. */
  send(events: readonly UsageEvent[]): Promise<void>;
};

export function createOutbox(options: OutboxOptions, { client, logger }: FollowContext): Outbox {
  const { source, journal, marks, keepsUsage } = options;
  const pending: { readonly kind: EntryKind; readonly window: Window }[] = [];

  const send = async (events: readonly UsageEvent[]): Promise<void> => {
    for (const { id, detail } of await deliver(client, events))
      logger.error({ source, id, detail, hint: 'report this line as a bug' }, 'an event cannot be sent');
  };

  const settle = async ({ kind, window }: { readonly kind: EntryKind; readonly window: Window }): Promise<void> => {
    const { events, manifest } = await journal.read(kind, window);
    await send(manifest === undefined ? events : [...events, manifest]);
    if (kind === 'usage') await marks.save(finish(marks.current(), hoursOf(window)));
    if (kind === 'recheck' || !keepsUsage) await journal.remove('usage', window);
    if (kind === 'recheck') await journal.remove('recheck', window);
  };

  const sendPending = async (): Promise<void> => {
    for (let next = pending[0]; next !== undefined; next = pending[0]) {
      await settle(next);
      pending.shift();
    }
  };

  return {
    sendPending,
    send,
    async resume() {
      const left = await journal.list();
      pending.push(
        ...left.filter(
          ({ kind, window }) => kind === 'recheck' || !isFinished(marks.current(), parseHour(window.start)),
        ),
      );
    },
    async keep(entry) {
      await journal.write(entry);
      pending.push(entry);
      await sendPending();
    },
  };
}
