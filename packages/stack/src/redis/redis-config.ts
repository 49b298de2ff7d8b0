/** What differs between a Redis on this machine and one in a container. */
export interface RedisConfigOptions {
  readonly bind: string;
  readonly port: number;
  readonly folder: string;
  readonly password: string;
}

/** The file that Redis is started with. A file, because a password among the arguments is shown to everyone by `ps`. */
export function redisConfig({ bind, port, folder, password }: RedisConfigOptions): string {
  return `bind ${bind}
port ${port}
requirepass ${password}
dir ${JSON.stringify(folder)}
daemonize no
# An answer means that the command is on disk: the promise behind every 202.
appendonly yes
appendfsync always
no-appendfsync-on-rewrite no
aof-use-rdb-preamble yes
# Snapshots would write the same data a second time.
save ""
# About six million queued events at 170 bytes each, as measured for uncompressed jobs. At the limit a write is refused;
# every other policy would throw queued events away.
maxmemory 1gb
maxmemory-policy noeviction
`;
}
