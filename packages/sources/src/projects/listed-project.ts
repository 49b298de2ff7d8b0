import { z } from 'zod';
import { formatMoment } from '../asking/utc-hour.ts';
import type { QuarantinedRow } from '../source.ts';

/** A project as Hopsworks lists it. */
export type ListedProject = {
  readonly id: number;
  readonly name: string;
  /** Of Kubernetes. It is read, never derived from the name; `undefined` for a while after the creation. */
  readonly namespace: string | undefined;
  /** E-mail address, or the user name where Hopsworks tells no address. */
  readonly owner: string | undefined;
  /** RFC 3339 in UTC. */
  readonly createdAt: string;
};

/** Longest name that ingest takes. */
const NAME_LENGTH_MAX = 253;
const OWNER_LENGTH_MAX = 255;

/** Java writes an offset without a colon, and some versions write none at all; their servers run in UTC. */
const MOMENT = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,3})\d*)?(Z|[+-]\d{2}:?\d{2})?$/;

const name = (lengthMax: number) =>
  z
    .string()
    .min(1)
    .max(lengthMax)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a name must not have.
    .regex(/^[^\u0000-\u001f\u007f]+$/, 'control characters');

const momentSchema = z.union([z.number().nonnegative(), z.string()]).transform((value, context) => {
  const time = typeof value === 'number' ? value : readMoment(value);
  if (Number.isNaN(time) || time < 0) {
    context.addIssue('not a time since 1970');
    return z.NEVER;
  }
  return formatMoment(time);
});

const orNone = <S extends z.ZodType>(schema: S) =>
  z.preprocess((value) => (value === null || value === '' ? undefined : value), schema.optional());

const projectSchema = z.object({
  id: z.int().nonnegative(),
  name: name(NAME_LENGTH_MAX),
  namespace: orNone(name(NAME_LENGTH_MAX)),
  created: momentSchema,
  creator: orNone(
    z.object({
      email: orNone(name(OWNER_LENGTH_MAX)),
      username: orNone(name(OWNER_LENGTH_MAX)),
      href: orNone(z.string()),
    }),
  ),
});

/** A project, and where its owner is described when the list does not tell. */
export type ReadProject = { readonly project: ListedProject; readonly creatorId: string | undefined };

/** Reads one item of a list on its own: one that is odd must not hide the others. */
export function readProject(item: unknown): ReadProject | QuarantinedRow {
  const parsed = projectSchema.safeParse(item);
  if (parsed.success) {
    const { id, name, namespace, created: createdAt, creator } = parsed.data;
    const owner = creator?.email ?? creator?.username;
    const creatorId = owner === undefined ? /\/users\/(\d+)$/.exec(creator?.href ?? '')?.[1] : undefined;
    return { project: { id, name, namespace, owner, createdAt }, creatorId };
  }
  const named = z.object({ id: z.unknown(), name: z.unknown() }).partial().safeParse(item);
  const [issue] = parsed.error.issues;
  return {
    name: String(named.data?.name ?? named.data?.id ?? 'a project without a name'),
    reason: 'unreadable',
    detail: `Hopsworks lists a project whose ${issue?.path.join('.') || 'form'} cannot be read: ${issue?.message}`,
  };
}

function readMoment(text: string): number {
  const match = MOMENT.exec(text);
  if (match === null) return Number.NaN;
  const [, day, time, fraction = '0', offset = 'Z'] = match;
  return Date.parse(`${day}T${time}.${fraction.padEnd(3, '0')}${offset.replace(/(\d{2})(\d{2})$/, '$1:$2')}`);
}
