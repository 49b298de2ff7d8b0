import { createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

/** A line of the file of refusals. */
export type RefusedLine = {
  /** In the file that is sent; not known of what ingest refused. */
  readonly line?: number;
  readonly id?: string;
  readonly problems: readonly { readonly code: string; readonly pointer: string; readonly detail: string }[];
  readonly event?: unknown;
  /** The line, where it is no event. */
  readonly text?: string;
};

/** What was refused, counted by code and written to a file as it comes. No file is made where nothing is refused. */
export type RefusalList = {
  add(line: RefusedLine): void;
  total(): number;
  /** By code, the most frequent first. */
  counts(): readonly (readonly [string, number])[];
  /** Resolves when the file is whole. */
  close(): Promise<void>;
};

export function createRefusalList(path: string): RefusalList {
  const counts = new Map<string, number>();
  let total = 0;
  let file: WriteStream | undefined;
  return {
    add(line) {
      file ??= createWriteStream(path);
      file.write(`${JSON.stringify(line)}\n`);
      const code = line.problems[0]?.code ?? 'UNKNOWN';
      counts.set(code, (counts.get(code) ?? 0) + 1);
      total += 1;
    },
    total: () => total,
    counts: () => [...counts].sort(([, a], [, b]) => b - a),
    async close() {
      if (file === undefined) return;
      file.end();
      await finished(file);
    },
  };
}
