export type HalvesOptions<T> = {
  /** Does some of the items together. @returns how much was done. */
  readonly work: (part: readonly T[]) => Promise<number>;
  /**
   * Told of an item that fails by itself. @returns how much was done. What it throws ends the work: a database that
   * does not take that note either is away, and no item is to blame.
   */
  readonly onAlone: (item: T, error: unknown) => Promise<number>;
  /** Whether an error is none of the items' fault: then it ends the work. */
  readonly isFinal: (error: unknown) => boolean;
};

/**
 * Does work on items together and, where that fails, by halves, so that those among which nothing is wrong are done and
 * whatever is wrong stands alone in the end: about 2 × log₂(items) attempts for each of those.
 *
 * @returns how much was done in all.
 */
export async function workByHalves<T>(items: readonly T[], options: HalvesOptions<T>): Promise<number> {
  try {
    return await options.work(items);
  } catch (error) {
    const [only] = items;
    if (only === undefined || options.isFinal(error)) throw error;
    if (items.length === 1) return options.onAlone(only, error);
    const middle = Math.ceil(items.length / 2);
    const first = await workByHalves(items.slice(0, middle), options);
    return first + (await workByHalves(items.slice(middle), options));
  }
}
