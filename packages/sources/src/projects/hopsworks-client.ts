import { z } from 'zod';
import { type Answer, ask } from '../asking/ask.ts';
import { mapAtOnce } from '../asking/map-at-once.ts';
import { readJson } from '../asking/read-json.ts';
import type { QuarantinedRow } from '../source.ts';
import { SourceError } from '../source-error.ts';
import { type ListedProject, type ReadProject, readProject } from './listed-project.ts';

export type HopsworksOptions = {
  /** `https://hopsworks.example.com` */
  readonly url: string;
  /** An API key of an administrator with the scope ADMIN; read anew for each question. */
  readonly readKey: () => Promise<string>;
  /** Of one question. Default: 60 s. */
  readonly timeoutMs?: number;
  /** Projects of one page. Default: 1,000. */
  readonly pageSize?: number;
};

/** All projects that Hopsworks lists. */
export type ProjectList = {
  /** In the order of their ids. */
  readonly projects: readonly ListedProject[];
  readonly unreadable: readonly QuarantinedRow[];
  /** What Hopsworks' clock said at the end. */
  readonly serverTime: number | undefined;
};

/** What Hopsworks says of a project that it did not list. */
export type UnlistedProject =
  | { readonly kind: 'gone' }
  | { readonly kind: 'there'; readonly project: ListedProject }
  | { readonly kind: 'unknown'; readonly detail: string };

export type Hopsworks = {
  /** @throws SourceError */
  readonly listProjects: (signal: AbortSignal) => Promise<ProjectList>;
  /** Asks for projects one by one; the answers are in the order of the ids. @throws the signal's reason. */
  readonly askForProjects: (ids: readonly number[], signal: AbortSignal) => Promise<readonly UnlistedProject[]>;
};

const WHOM = 'Hopsworks';
const TIMEOUT_MS = 60_000;
const PAGE_SIZE = 1_000;

/** A list that has more pages than this goes round in circles. */
const PAGES_MAX = 1_000;

/** Hopsworks shares its database with all users. */
const AT_ONCE = 4;

/** What Hopsworks calls "Project wasn't found", with the status 400 or 404. A path that it does not know is another. */
const PROJECT_NOT_FOUND = 150_004;

/** Versions differ: a list with its number, or the items alone. */
const listSchema = z.union([
  z.array(z.unknown()).transform((items) => ({ items, count: undefined })),
  z
    .object({ items: z.array(z.unknown()).nullish(), count: z.int().nonnegative().nullish() })
    // Without projects there are no items; without items and number it is no list.
    .refine(({ items, count }) => items != null || count === 0, 'expected a list of projects')
    .transform(({ items, count }) => ({ items: items ?? [], count: count ?? undefined })),
]);

const userSchema = z.object({ email: z.string().min(1).optional(), username: z.string().min(1).optional() });

const errorSchema = z.object({ errorCode: z.int() });

/** Asks Hopsworks' REST API for projects. */
export function createHopsworksClient(options: HopsworksOptions): Hopsworks {
  const { readKey, timeoutMs = TIMEOUT_MS, pageSize = PAGE_SIZE } = options;
  const base = `${options.url.replace(/\/+$/, '')}/hopsworks-api/api`;
  const get = async (path: string, signal: AbortSignal, statuses: readonly number[] = []): Promise<Answer> =>
    await ask({
      url: new URL(`${base}${path}`),
      whom: WHOM,
      headers: { authorization: `ApiKey ${await readKey()}`, accept: 'application/json' },
      timeoutMs,
      statuses,
      signal,
    });

  const readOwner = async (creatorId: string, signal: AbortSignal): Promise<string | undefined> => {
    const { text } = await get(`/admin/users/${creatorId}`, signal);
    const { email, username } = readJson(text, userSchema, WHOM);
    return email ?? username;
  };

  /** A list without `expand` tells only where its owners are described. */
  const addOwners = async (read: readonly ReadProject[], signal: AbortSignal): Promise<readonly ListedProject[]> => {
    const creatorIds = [...new Set(read.flatMap(({ creatorId }) => creatorId ?? []))];
    const owners = await mapAtOnce(creatorIds, AT_ONCE, (id) => readOwner(id, signal));
    const byId = new Map(creatorIds.map((id, place) => [id, owners[place]]));
    return read.map(({ project, creatorId }) =>
      creatorId === undefined ? project : { ...project, owner: byId.get(creatorId) },
    );
  };

  return {
    async listProjects(signal) {
      const { items, serverTime } = await readPages((offset) =>
        get(`/admin/projects?expand=creator&offset=${offset}&limit=${pageSize}`, signal),
      );
      const read = items.map(readProject);
      const projects = await addOwners(
        read.flatMap((each) => ('project' in each ? [each] : [])),
        signal,
      );
      return {
        projects: projects.toSorted((a, b) => a.id - b.id),
        unreadable: read.flatMap((each) => ('project' in each ? [] : [each])),
        serverTime,
      };
    },

    askForProjects: (ids, signal) =>
      mapAtOnce(ids, AT_ONCE, async (id): Promise<UnlistedProject> => {
        try {
          const { status, text } = await get(`/admin/projects/${id}?expand=creator`, signal, [400, 404]);
          if (status === 400 || status === 404) {
            if (isProjectNotFound(text)) return { kind: 'gone' };
            throw new SourceError('ANSWER_FAILED', `${WHOM} answered ${status}, which does not say that it is gone`);
          }
          const read = readProject(readJson(text, z.unknown(), WHOM));
          if (!('project' in read)) return { kind: 'unknown', detail: read.detail };
          const [project] = await addOwners([read], signal);
          return project?.id === id
            ? { kind: 'there', project }
            : { kind: 'unknown', detail: `${WHOM} answered with another project` };
        } catch (error) {
          signal.throwIfAborted();
          if (error instanceof SourceError) return { kind: 'unknown', detail: error.message };
          throw error;
        }
      }),
  };
}

/**
 * Reads a list to its end, whether or not Hopsworks divides it into pages: some versions ignore what page was asked
 * for, and answer with all of it each time.
 */
async function readPages(
  readPage: (offset: number) => Promise<Answer>,
): Promise<{ readonly items: readonly unknown[]; readonly serverTime: number | undefined }> {
  const items = new Map<unknown, unknown>();
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const { text, serverTime } = await readPage(items.size);
    const { items: read, count } = readJson(text, listSchema, WHOM);
    const sizeBefore = items.size;
    for (const item of read) items.set(idOf(item) ?? JSON.stringify(item), item);
    const hasMore = items.size > sizeBefore && (count === undefined || items.size < count);
    if (hasMore) continue;
    if (count === undefined || items.size >= count) return { items: [...items.values()], serverTime };
    throw new SourceError('ANSWER_UNREADABLE', `the list of ${WHOM} was cut off: ${items.size} of ${count} projects`);
  }
  throw new SourceError('ANSWER_UNREADABLE', `the list of ${WHOM} has no end`);
}

function idOf(item: unknown): unknown {
  return z.object({ id: z.int() }).safeParse(item).data?.id;
}

function isProjectNotFound(text: string): boolean {
  try {
    return readJson(text, errorSchema, WHOM).errorCode === PROJECT_NOT_FOUND;
  } catch (error) {
    // The page of a proxy says nothing of a project.
    if (error instanceof SourceError) return false;
    throw error;
  }
}
