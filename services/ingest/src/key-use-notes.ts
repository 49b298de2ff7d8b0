import type { Logger } from '@hopsmeter/runtime';
import type { KeyUse } from './key-limits.ts';

export type KeyUseNotes = {
  /** Writes what is left, unless that takes longer than {@link LAST_WRITE_MS}. */
  close(): Promise<void>;
};

export type KeyUseNotesOptions = {
  /** The uses since it was asked last. */
  readonly takeUses: () => readonly KeyUse[];
  /** Keeps them; may fail. */
  readonly write: (uses: readonly KeyUse[]) => Promise<void>;
  readonly logger: Logger;
};

/** When a key was last used tells people whether it may be revoked; to the minute is more than they need. */
const WRITE_EVERY_MS = 60_000;

/** A database that is away must not hold up closing. */
const LAST_WRITE_MS = 1_000;

/**
 * Writes once a minute which keys were used. In the background: no request waits for it or fails with it, and uses that
 * could not be written go with the next ones.
 */
export function startKeyUseNotes({ takeUses, write, logger }: KeyUseNotesOptions): KeyUseNotes {
  const unwritten = new Map<string, KeyUse>();
  let writing: Promise<void> | undefined;

  const writeNow = async (): Promise<void> => {
    for (const use of takeUses()) unwritten.set(use.keyId, use);
    if (unwritten.size === 0) return;
    const uses = [...unwritten.values()];
    try {
      await write(uses);
      for (const use of uses) if (unwritten.get(use.keyId) === use) unwritten.delete(use.keyId);
    } catch (error) {
      const hint = 'nothing is lost: it is written later; if it goes on, check Postgres and DATABASE_URL';
      logger.warn({ err: error, keys: uses.length, hint }, 'the last use of cluster keys cannot be saved');
    }
  };
  /** One at a time: a database that is slow is not asked twice at once. */
  const writeOnce = (): Promise<void> => {
    writing ??= writeNow().finally(() => {
      writing = undefined;
    });
    return writing;
  };

  const timer = setInterval(writeOnce, WRITE_EVERY_MS);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      let deadline: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        deadline = setTimeout(resolve, LAST_WRITE_MS);
      });
      await Promise.race([writeOnce(), late]);
      clearTimeout(deadline);
    },
  };
}
