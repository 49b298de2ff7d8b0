/**
 * Does work on items together and, where that fails, by halves, so that those among which nothing is wrong are done and
 * whatever is wrong stands alone in the end.
 *
 * @param onAlone told of an item that fails by itself. What it throws ends the work: a database that does not take that
 * note either is away, and no item is to blame.
 * @returns how much was done, as `work` counts it.
 */
export async function workByHalves<T>(
  items: readonly T[],
  signal: AbortSignal,
  work: (part: readonly T[]) => Promise<number>,
  onAlone: (item: T, error: unknown) => Promise<number>,
): Promise<number> {
  try {
    return await work(items);
  } catch (error) {
    const [only] = items;
    if (only === undefined || signal.aborted) throw error;
    if (items.length === 1) return onAlone(only, error);
    const middle = Math.ceil(items.length / 2);
    const first = await workByHalves(items.slice(0, middle), signal, work, onAlone);
    return first + (await workByHalves(items.slice(middle), signal, work, onAlone));
  }
}
