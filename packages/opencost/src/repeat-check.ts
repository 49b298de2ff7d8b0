import type { RowPlace } from './row-place.ts';

/** Tells whether the same part of a namespace came before, or parts of another level that would count it again. */
export function createRepeatCheck(): (place: RowPlace) => boolean {
  const levels = new Map<string, RowPlace['level']>();
  const seen = new Set<string>();
  return ({ namespace, level, part }) => {
    const key = `${namespace}/${part}`;
    const isRepeated = seen.has(key) || (levels.get(namespace) ?? level) !== level;
    seen.add(key);
    if (!levels.has(namespace)) levels.set(namespace, level);
    return isRepeated;
  };
}
