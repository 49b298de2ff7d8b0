import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@hopsmeter/runtime';
import { hashClusterKey, isClusterKey, type Micros, RequestError } from '@hopsmeter/usage';

/** A key in force. `hash` is the SHA-256 of the key; the key itself is stored nowhere. */
export type ClusterKey = {
  readonly id: string;
  readonly clusterId: string;
  readonly hash: Buffer;
  readonly expiresAt: Micros | undefined;
  readonly revokedAt: Micros | undefined;
};

/** Where the keys come from. */
export type ClusterKeySource = { load(): Promise<readonly ClusterKey[]> };

export type ClusterKeySnapshot = {
  /**
   * Finds the key of an `Authorization` header. A key that the copy does not hold may be new: it is refused only after
   * the keys were read once more, which happens at most once a second.
   *
   * @throws RequestError UNAUTHENTICATED, or NOT_READY as long as no keys were ever loaded.
   */
  authenticate(authorization: string | undefined): ClusterKey | Promise<ClusterKey>;
  /** Seconds since the keys were last read; `undefined` when they never were. */
  ageSeconds(): number | undefined;
  close(): void;
};

export type ClusterKeySnapshotOptions = {
  readonly source: ClusterKeySource;
  readonly now: () => Micros;
  readonly logger: Logger;
  /** Default {@link REFRESH_MS}. */
  readonly refreshMs?: number;
};

/** A revoked key stops working within this time. A thousand keys take a few milliseconds to read. */
const REFRESH_MS = 5_000;

/** Unknown keys make Postgres be asked at most this often, however many are tried; they wait for it together. */
const UNKNOWN_KEY_REFRESH_MS = 1_000;

/** Told to a client that came before the first keys. */
const RETRY_AFTER_SECONDS = 5;

const BEARER = /^bearer +(\S+) *$/i;

/**
 * Keeps a copy of all cluster keys, so that no request waits for Postgres. While Postgres is away the last copy stays
 * in use: a revocation of that time comes into force when Postgres is back.
 */
export function createClusterKeySnapshot(options: ClusterKeySnapshotOptions): ClusterKeySnapshot {
  const { source, now, logger, refreshMs = REFRESH_MS } = options;
  let keys: ReadonlyMap<string, ClusterKey> | undefined;
  let loadedAt = 0;
  let triedAt = 0;
  let loading: Promise<void> | undefined;
  let nextRefresh: Promise<void> | undefined;
  let isFailing = false;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const load = async (): Promise<void> => {
    triedAt = performance.now();
    try {
      const loaded = await source.load();
      keys = new Map(loaded.map((key) => [key.hash.toString('hex'), key]));
      loadedAt = performance.now();
      if (isFailing) logger.info({ keys: keys.size }, 'cluster keys can be read again');
      isFailing = false;
    } catch (error) {
      const hint = 'the last copy is used, so new and revoked keys are not seen: check Postgres and DATABASE_URL';
      if (!isFailing) logger.warn({ err: error, copyOf: keys?.size, hint }, 'cluster keys cannot be read');
      isFailing = true;
    }
  };

  /** Those who ask while keys are being read wait for that answer: a slow Postgres must not be asked twice at once. */
  const refresh = (): Promise<void> => {
    loading ??= load().finally(() => {
      loading = undefined;
    });
    return loading;
  };

  const keepFresh = async (): Promise<void> => {
    await refresh();
    if (!isClosed) timer = setTimeout(keepFresh, refreshMs);
  };
  void keepFresh();

  const find = (hash: string): ClusterKey | undefined => {
    const found = keys?.get(hash);
    return found === undefined || isOver(found.expiresAt, now()) || isOver(found.revokedAt, now()) ? undefined : found;
  };

  /** A read that begins after now: one that is under way may have missed a key that was just made. */
  const refreshSoon = (): Promise<void> => {
    nextRefresh ??= delay(Math.max(0, triedAt + UNKNOWN_KEY_REFRESH_MS - performance.now()))
      .then(() => loading)
      .then(() => {
        nextRefresh = undefined;
        return refresh();
      });
    return nextRefresh;
  };

  const findNew = async (hash: string): Promise<ClusterKey> => {
    await refreshSoon();
    const found = find(hash);
    if (found === undefined) throw new RequestError('UNAUTHENTICATED', 'this cluster key is not in force');
    return found;
  };

  return {
    authenticate(authorization) {
      const [, key] = BEARER.exec(authorization ?? '') ?? [];
      if (key === undefined) throw new RequestError('UNAUTHENTICATED', 'send Authorization: Bearer <cluster key>');
      // The checksum tells a damaged key without a look at the list.
      if (!isClusterKey(key)) throw new RequestError('UNAUTHENTICATED', 'this is not a complete cluster key');
      if (keys === undefined)
        throw new RequestError('NOT_READY', undefined, { retryAfterSeconds: RETRY_AFTER_SECONDS });
      // Found by the hash of a 190 bit secret: nothing is compared that timing could give away.
      const hash = hashClusterKey(key).toString('hex');
      return find(hash) ?? findNew(hash);
    },
    ageSeconds: () => (keys === undefined ? undefined : (performance.now() - loadedAt) / 1_000),
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

function isOver(at: Micros | undefined, now: Micros): boolean {
  return at !== undefined && at <= now;
}
