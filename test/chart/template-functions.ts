import { parse, stringify } from 'yaml';

export type TemplateFunction = (...args: readonly unknown[]) => unknown;

/** As Go's templates, Sprig and Helm define them, for what our templates do with them. */
export const TEMPLATE_FUNCTIONS: ReadonlyMap<string, TemplateFunction> = new Map<string, TemplateFunction>([
  ['add', (...args) => args.reduce<bigint>((sum, arg) => sum + intOf(arg), 0n)],
  ['and', (...args) => (args.every(isTrue) ? args.at(-1) : args.find((arg) => !isTrue(arg)))],
  ['or', (...args) => args.find(isTrue) ?? args.at(-1)],
  ['not', (value) => !isTrue(value)],
  ['default', (fallback, value) => (isTrue(value) ? value : fallback)],
  ['dict', (...args) => Object.fromEntries(pairsOf(args))],
  ['div', (dividend, divisor) => intOf(dividend) / intOf(divisor)],
  ['eq', (value, ...others) => others.includes(value)],
  ['fail', (message) => fail(textOf(message))],
  ['fromYaml', (text) => recordOf(parse(textOf(text)) ?? {})],
  ['gt', (greater, value) => comparable(greater) > comparable(value)],
  ['index', (record, key) => recordOf(record)[textOf(key)]],
  ['int', intOf],
  ['kindIs', (kind, value) => kind === kindOf(value)],
  ['list', (...args) => args],
  ['nindent', (width, text) => `\n${textOf(text).replace(/^/gm, ' '.repeat(Number(width)))}`],
  [
    'printf',
    (format, ...args) => args.reduce<string>((text, arg) => text.replace('%s', () => textOf(arg)), textOf(format)),
  ],
  ['quote', (value) => JSON.stringify(printed(value))],
  ['replace', (old, other, text) => textOf(text).replaceAll(textOf(old), textOf(other))],
  ['required', (message, value) => requireValue(textOf(message), value)],
  ['set', (record, key, value) => Object.assign(recordOf(record), { [textOf(key)]: value })],
  ['ternary', (yes, no, isYes) => (isYes === true ? yes : no)],
  ['toJson', (value) => JSON.stringify(value).replace(/[<>&]/g, escaped)],
  ['toYaml', (value) => stringify(value, { sortMapEntries: true, lineWidth: 0 }).trimEnd()],
  ['trim', (text) => textOf(text).trim()],
  ['trimSuffix', (suffix, text) => withoutEnd(textOf(text), textOf(suffix))],
  ['trunc', (length, text) => textOf(text).slice(0, Number(length))],
  ['upper', (text) => textOf(text).toUpperCase()],
]);

/** What `if` and `with` take as true. */
export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** How a value is printed. Helm prints nothing for what is not there; here that is a mistake in the template. */
export function printed(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  // Helm reads numbers as floats, and Go prints large ones with an exponent.
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 1_000_000) return String(value);
  throw new Error(`${JSON.stringify(value)} would not be printed as it is meant`);
}

export function recordOf(value: unknown): Record<string, unknown> {
  if (!isRecord(value)) throw new Error(`${JSON.stringify(value)}: expected a map`);
  return value;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return 'invalid';
  if (Array.isArray(value)) return 'slice';
  return { object: 'map', number: 'float64', boolean: 'bool' }[String(typeof value)] ?? typeof value;
}

function fail(message: string): never {
  throw new Error(message);
}

/** Go tells ints from floats, so ints are bigints here: those that a template writes, and what it computes of them. */
function intOf(value: unknown): bigint {
  return typeof value === 'bigint' ? value : BigInt(Math.trunc(Number(value)));
}

/** Helm reads the numbers of values as floats, and Go does not compare a float with an int. */
function comparable(value: unknown): bigint {
  if (typeof value !== 'bigint') throw new Error(`${value}: not an int, which it has to be made first`);
  return value;
}

function requireValue(message: string, value: unknown): unknown {
  if (value === undefined || value === null || value === '') throw new Error(message);
  return value;
}

function pairsOf(args: readonly unknown[]): (readonly [string, unknown])[] {
  return args.length === 0 ? [] : [[textOf(args[0]), args[1]], ...pairsOf(args.slice(2))];
}

function withoutEnd(text: string, end: string): string {
  return text.endsWith(end) ? text.slice(0, text.length - end.length) : text;
}

/** Go's JSON can stand in HTML. */
function escaped(letter: string): string {
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`${JSON.stringify(value)}: expected a text`);
  return value;
}
