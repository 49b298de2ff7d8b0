/** A part of what was changed: its name, and what stood there before and stands there after. */
export type ChangedValue = {
  readonly name: string;
  /** Undefined where there was nothing. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly isChanged: boolean;
};

/** Puts what was and what is side by side, name by name; what is the same stands last. */
export function compareValues(before: unknown, after: unknown): readonly ChangedValue[] {
  const [was, is] = [partsOf(before), partsOf(after)];
  const names = [...new Set([...was.keys(), ...is.keys()])];
  const values = names.map((name) => {
    const [old, now] = [was.get(name), is.get(name)];
    return { name, before: old, after: now, isChanged: old !== now };
  });
  // Where there is one side only, everything is as it was told.
  const isOneSided = was.size === 0 || is.size === 0;
  return isOneSided ? values : [...values].sort((a, b) => Number(b.isChanged) - Number(a.isChanged));
}

/** The fields of an object as text; anything else as one value without a name. */
function partsOf(value: unknown): ReadonlyMap<string, string> {
  if (value === null || value === undefined) return new Map();
  if (typeof value !== 'object' || Array.isArray(value)) return new Map([['value', textOf(value)]]);
  return new Map(Object.entries(value).map(([name, part]) => [name, textOf(part)]));
}

function textOf(value: unknown): string {
  if (value === null) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

/** A name of a field in words: `accountOwnerId` → `account owner id`. */
export function fieldText(name: string): string {
  return name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}
