import { excerpt } from '../asking/ask.ts';
import type { StoredBytes } from '../projects/assign-bytes.ts';
import { SourceError } from '../source-error.ts';

/** Bytes, bytes with replication (not of old versions), path; the path may begin with that of a file system. */
const LINE = /^(\d+)\s+(?:\d+\s+)?(?:[a-z]+:\/\/[^/\s]*)?(\/.*)$/;

/** What Hadoop's logging writes between the lines: with the time before it in any of its forms, or without. */
const LOG_LINE = /^(?:\[?[\d/-]{8,10}[ T][\d:]{8}[\d.,]*[\]Z]?\s+)?(?:SLF4J|log4j|DEBUG|INFO|WARN|WARNING)\b/;

/**
 * Reads what `hdfs dfs -du` printed: a folder in each line.
 *
 * @throws SourceError ANSWER_UNREADABLE where a line is neither a folder nor of a log: what it was to say is not known.
 */
export function readDu(output: string, path: string): readonly StoredBytes[] {
  const parent = `${path.replace(/\/+$/, '')}/`;
  const sizes = new Map<string, bigint>();
  for (const line of output.split('\n').map((each) => each.trim())) {
    if (line === '' || LOG_LINE.test(line)) continue;
    const [, bytes = '', place = ''] = LINE.exec(line) ?? [];
    const name = place.startsWith(parent) ? place.slice(parent.length) : '';
    if (name === '' || name.includes('/') || sizes.has(name))
      throw new SourceError(
        'ANSWER_UNREADABLE',
        `HOPSFS_COMMAND printed what is no folder of ${path}: ${excerpt(line)}`,
      );
    sizes.set(name, BigInt(bytes));
  }
  return [...sizes].map(([name, bytes]) => ({ name, bytes }));
}
