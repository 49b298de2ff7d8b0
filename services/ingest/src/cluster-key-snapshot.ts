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
   * Finds the key of an `Authorization` header.
   *
   * @throws RequestError UNAUTHENTICATED, or NOT_READY as long as no keys were ever loaded.
   */
  authenticate(authorization: string | undefined): ClusterKey;
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
  let isFailing = false;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const refresh = async (): Promise<void> => {
    try {
      const loaded = await source.load();
      keys = new Map(loaded.map((key) => [key.hash.toString('hex'), key]));
      loadedAt = performance.now();
      if (isFailing) logger.info({ keys: keys.size }, 'cluster keys are read again');
      isFailing = false;
    } catch (error) {
      if (!isFailing) logger.warn({ err: error, copyOf: keys?.size }, 'cluster keys can not be read');
      isFailing = true;
    }
    // A timeout after the answer, not an interval: a slow Postgres must not be asked twice at once.
    if (!isClosed) timer = setTimeout(refresh, refreshMs);
  };
  void refresh();

  return {
    authenticate(authorization) {
      const [, key] = BEARER.exec(authorization ?? '') ?? [];
      if (key === undefined) throw new RequestError('UNAUTHENTICATED', 'send Authorization: Bearer <cluster key>');
      // The checksum tells a damaged key without a look at the list.
      if (!isClusterKey(key)) throw new RequestError('UNAUTHENTICATED', 'this is not a complete cluster key');
      if (keys === undefined)
        throw new RequestError('NOT_READY', undefined, { retryAfterSeconds: RETRY_AFTER_SECONDS });
      // Found by the hash of a 190 bit secret: nothing is compared that timing could give away.
      const found = keys.get(hashClusterKey(key).toString('hex'));
      if (found === undefined || isOver(found.expiresAt, now()) || isOver(found.revokedAt, now()))
        throw new RequestError('UNAUTHENTICATED', 'this cluster key is not in force');
      return found;
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
