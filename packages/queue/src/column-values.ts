/** What reading columns begins with: nothing of them is trusted. */

/** Why columns cannot be read. */
export class ColumnsError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ColumnsError';
  }
}

export type Fields = Readonly<Record<string, unknown>>;

export function asObject(value: unknown, name: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ColumnsError(`${name}: no object`);
  return { ...value };
}

export function asArray(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new ColumnsError(`${name}: no array`);
  return value;
}

export function asText(value: unknown, name: string): string {
  if (typeof value !== 'string') throw new ColumnsError(`${name}: no text`);
  return value;
}

export function asOptionalText(value: unknown, name: string): string | undefined {
  return value === null ? undefined : asText(value, name);
}
