/** Says in a line what an entry of the audit log changed: each field with its old and new value. */
export function describeEntry({ before, after }: { readonly before: unknown; readonly after: unknown }): string {
  const [old, now] = [fieldsOf(before), fieldsOf(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])];
  return names
    .filter((name) => old.get(name) !== now.get(name) && !HIDDEN.has(name))
    .map((name) => sayChange(name, old.get(name), now.get(name)))
    .join(' · ');
}

/** Said elsewhere in the row, or nothing that people know. */
const HIDDEN = new Set(['id', 'createdAt', 'accountOwnerId']);

function sayChange(name: string, old: string | undefined, now: string | undefined): string {
  if (now === undefined) return `${name}: was ${old}`;
  return old === undefined ? `${name}: ${now}` : `${name}: ${old} → ${now}`;
}

function fieldsOf(value: unknown): ReadonlyMap<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return new Map();
  return new Map(
    Object.entries(value).flatMap(([name, field]): [string, string][] =>
      field === null || field === '' ? [] : [[name, typeof field === 'string' ? field : JSON.stringify(field)]],
    ),
  );
}
