import type { Series } from '../prometheus/read-answer.ts';

/** A counter with its samples within a window, of which there are some. */
export type Counter = Series & { readonly name: string };

/** Labels that say who scraped where, and nothing of what is counted. */
const SCRAPE_LABELS = ['endpoint', 'instance', 'job', 'prometheus', 'prometheus_replica'];

/** All labels but the metric's name, which functions of Prometheus leave out. */
export function nameOf(labels: Series['labels']): string {
  return write(labels, ['__name__']);
}

/** Without what changes when the same is scraped in another way. */
function countedBy(labels: Series['labels']): string {
  return write(labels, ['__name__', ...SCRAPE_LABELS]);
}

/**
 * Finds what each counter was before its first sample of the window: its own last sample of before, or else that of the
 * only counter of the same things that had ended by then. An exporter that moved to another address, and one that is
 * scraped under another name, would count all that it ever counted again.
 *
 * @param before the last sample of each counter.
 */
export function findBefore(
  counters: readonly Counter[],
  before: readonly Series[],
): (counter: Counter) => string | undefined {
  const last = new Map(before.map(({ labels, samples }) => [nameOf(labels), samples.at(-1)?.value]));
  const within = new Map(counters.map((counter) => [counter.name, counter]));
  const byCounted = new Map<string, Set<string>>();
  for (const { labels } of [...before, ...counters]) {
    const counted = countedBy(labels);
    byCounted.set(counted, (byCounted.get(counted) ?? new Set()).add(nameOf(labels)));
  }
  return ({ name, labels, samples: [first] }) => {
    const own = last.get(name);
    if (own !== undefined) return own;
    const [other, ...more] = [...(byCounted.get(countedBy(labels)) ?? [])].filter((one) => one !== name);
    if (other === undefined || more.length > 0) return undefined;
    const end = within.get(other)?.samples.at(-1);
    if (end === undefined) return last.get(other);
    return first !== undefined && end.time < first.time ? end.value : undefined;
  };
}

function write(labels: Series['labels'], without: readonly string[]): string {
  const kept = Object.entries(labels).filter(([label]) => !without.includes(label));
  return JSON.stringify(Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1))));
}
