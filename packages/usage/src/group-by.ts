/** Groups items by a key, in the order in which they come. (`Map.groupBy` needs Node 21.) */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** Groups items by two keys, see {@link groupBy}. */
export function groupByBoth<T>(
  items: readonly T[],
  firstKeyOf: (item: T) => string,
  secondKeyOf: (item: T) => string,
): ReadonlyMap<string, ReadonlyMap<string, readonly T[]>> {
  return new Map([...groupBy(items, firstKeyOf)].map(([key, group]) => [key, groupBy(group, secondKeyOf)]));
}
