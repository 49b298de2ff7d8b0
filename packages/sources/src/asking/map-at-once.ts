/** Calls `work` for each item, for a few at once; results are in the order of the items. The first error ends it. */
export async function mapAtOnce<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results = new Array<R>(items.length);
  // One iterator for all of them: each takes the next item that nobody has.
  const queue = items.entries();
  const take = async () => {
    for (const [place, item] of queue) results[place] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, take));
  return results;
}
