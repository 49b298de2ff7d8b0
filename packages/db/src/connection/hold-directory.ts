import { ADVISORY_LOCKS } from './advisory-locks.ts';

/**
 * Holds the directory as record statements do, until the commit: prices and closed months stay what they are. A
 * statement of its own, because a statement sees what was committed before it began and not before it got its lock.
 */
export const HOLD_DIRECTORY = `select pg_advisory_xact_lock_shared(${ADVISORY_LOCKS.directory})`;
