import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const packageSchema = z.object({
  exports: z.record(z.string(), z.union([z.string(), z.object({ source: z.string() })])).optional(),
});

/** Which of our packages each folder may import, as ARCHITECTURE.md says it. */
const ARROWS = readArrows();

/** Which rooms there are and which others each may import, as ARCHITECTURE.md says it. */
const ROOMS = readRooms();

const FILES = [...ARROWS.keys()].flatMap((folder) => sourcesIn(join(ROOT, folder, 'src')));

describe('the architecture', () => {
  it('has a row for every package and service', () => {
    const folders = ['packages', 'services'].flatMap((group) =>
      readdirSync(join(ROOT, group)).map((name) => `${group}/${name}`),
    );
    expect([...ARROWS.keys()].sort()).toEqual(folders.sort());
  });

  it('has no import against the arrows', () => {
    const wrong = FILES.flatMap((file) => {
      const folder = folderOf(file);
      const allowed = ARROWS.get(folder) ?? [];
      return importsOf(file)
        .flatMap((target) => /^@hopsmeter\/([^/]+)/.exec(target)?.[1] ?? [])
        .filter((name) => !allowed.includes(name))
        .map((name) => `${relative(ROOT, file)} imports ${name}`);
    });
    expect(wrong).toEqual([]);
  });

  it('has no file that imports its own package or leaves it by a path', () => {
    const wrong = FILES.flatMap((file) => {
      const home = join(ROOT, folderOf(file), 'src');
      return importsOf(file)
        .filter((target) => target.startsWith('.'))
        .map((target) => resolve(dirname(file), target))
        .filter((target) => target === join(home, 'index.ts') || relative(home, target).startsWith('..'))
        .map((target) => `${relative(ROOT, file)} imports ${relative(ROOT, target)}`);
    });
    expect(wrong).toEqual([]);
  });

  it('has nothing in a source root that does not ship: what only tests need is in test/support', () => {
    const shipped = new Set<string>();
    const ship = (file: string): void => {
      if (shipped.has(file)) return;
      shipped.add(file);
      for (const target of importsOf(file).filter((name) => name.startsWith('.'))) ship(resolve(dirname(file), target));
    };
    for (const file of [...ARROWS.keys()].flatMap(entriesOf)) if (existsSync(file)) ship(file);
    expect(
      FILES.filter((file) => !shipped.has(file) && !file.endsWith('.d.ts')).map((file) => relative(ROOT, file)),
    ).toEqual([]);
    expect(FILES.flatMap(importsOf).filter((name) => /^(vitest$|@hopsmeter\/test\b)/.test(name))).toEqual([]);
  });

  it('has a row for every room', () => {
    const places = new Set([...ROOMS.values()].map(({ source }) => source)).add('services/api/src/routes');
    const folders = [...places].flatMap((place) =>
      readdirSync(join(ROOT, place), { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !['routes', 'testing'].includes(entry.name))
        .map(({ name }) => `${place}/${name}`),
    );
    expect([...ROOMS.keys()].sort()).toEqual(folders.sort());
  });

  it('has no room that imports another one than the kernel and those that its row names', () => {
    const wrong = FILES.flatMap((file) => {
      const from = ROOMS.get(roomOf(file) ?? '');
      if (from === undefined) return [];
      return importsOf(file)
        .filter((target) => target.startsWith('.'))
        .map((target) => resolve(dirname(file), target))
        .filter((target) => roomOf(target) !== roomOf(file) && !mayImport(from, target))
        .map((target) => `${relative(ROOT, file)} imports ${relative(ROOT, target)}`);
    });
    expect(wrong).toEqual([]);
  });

  it('says nothing in its table of rooms that no import needs', () => {
    const imported = new Set(
      FILES.flatMap((file) =>
        importsOf(file)
          .filter((target) => target.startsWith('.'))
          .map((target) => `${roomOf(file)} ${nameOf(resolve(dirname(file), target))}`),
      ),
    );
    const idle = [...ROOMS].flatMap(([path, { mayImport: names }]) =>
      names.filter((name) => name !== 'kernel' && !imported.has(`${path} ${name}`)).map((name) => `${path}: ${name}`),
    );
    expect(idle).toEqual([]);
  });

  it('writes instants, open ends and open months of SQL in packages/db/src/sql only', () => {
    const byHand = /US"Z"'|ended_at is null or|max\(month\) \+ interval/;
    const wrong = FILES.filter((file) => folderOf(file) === 'packages/db' && byHand.test(codeOf(file)))
      .map((file) => relative(ROOT, file))
      .filter((path) => !path.startsWith('packages/db/src/sql/'));
    expect(wrong).toEqual([]);
  });

  it('has no circle of files', () => {
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) {
        circles.push([...path.slice(path.indexOf(file)), file].map((part) => relative(ROOT, part)).join(' → '));
        return;
      }
      if (done.has(file)) return;
      for (const target of importsOf(file).filter((name) => name.startsWith('.')))
        visit(resolve(dirname(file), target), [...path, file]);
      done.add(file);
    };
    for (const file of FILES) visit(file, []);
    expect(circles).toEqual([]);
  });

  it('reads the environment and handles signals in main.ts only', () => {
    const wrong = FILES.filter((file) => !file.endsWith('main.ts') && !mayTouchTheProcess(folderOf(file)))
      .filter((file) => /\bprocess\.(env|on|once|exit)\b/.test(codeOf(file)))
      .map((file) => relative(ROOT, file));
    expect(wrong).toEqual([]);
  });

  it('keeps SQL in packages/db, and what RonDB is asked where it is asked', () => {
    const wrong = FILES.filter((file) => !['packages/db', 'packages/demo', 'packages/stack'].includes(folderOf(file)))
      .filter((file) => !relative(ROOT, file).startsWith('packages/sources/src/online-storage/'))
      .filter((file) =>
        /\b(select|insert into|update|delete from)\b[^;'"`]*\b(from|values|set|where)\b/.test(codeOf(file)),
      )
      .map((file) => relative(ROOT, file));
    expect(wrong).toEqual([]);
  });

  it('lists the columns of every insert', () => {
    const inserts = [...FILES, ...filesIn(join(ROOT, 'drizzle'), '.sql')].flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/\binsert\s+into\s+hopsmeter\.\w+(?:\s+as\s+\w+)?\s*(\S)/gi)].map(
        ([text, next]) => ({ file: relative(ROOT, file), text, isListed: next === '(' }),
      ),
    );
    expect(inserts.length).toBeGreaterThan(50);
    expect(inserts.filter(({ isListed }) => !isListed)).toEqual([]);
  });

  it('has no float in money or quantities', () => {
    const wrong = FILES.filter((file) => /\b(parseFloat|toFixed|Math\.round)\b/.test(codeOf(file)))
      .filter((file) => /(cost|price|amount|quantity|total)/i.test(codeOf(file)))
      .filter((file) => ['packages/usage', 'packages/db', 'services/worker', 'services/api'].includes(folderOf(file)))
      .map((file) => relative(ROOT, file));
    expect(wrong).toEqual([]);
  });
});

function readArrows(): Map<string, readonly string[]> {
  return new Map(
    readTable('| folder |').map(({ where, may }) => [where, may === 'nothing of ours' ? [] : may.split(', ')]),
  );
}

type Room = {
  /** `packages/db/src` of `packages/db/src/audit` and `services/api/src` of `services/api/src/routes/me`. */
  readonly source: string;
  readonly name: string;
  readonly isKernel: boolean;
  readonly mayImport: readonly string[];
};

/** By the path of their folder. */
function readRooms(): Map<string, Room> {
  return new Map(
    readTable('| where |').flatMap(({ where, what, may }) =>
      [...what.replaceAll(/\([^)]*\)/g, '').matchAll(/`([^`]+)`/g)].map(([, name = '']): [string, Room] => [
        `${where}/${name}`,
        {
          source: where.replace(/\/routes$/, ''),
          name,
          isKernel: what.startsWith('kernel:'),
          mayImport: may.split(', '),
        },
      ]),
    ),
  );
}

/** The rows of three columns of the table in ARCHITECTURE.md whose head begins so. */
function readTable(head: string): { readonly where: string; readonly what: string; readonly may: string }[] {
  const text = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
  const [table = ''] = text.slice(text.indexOf(head)).split('\n\n');
  return [...table.matchAll(/^\| `([^`]+)` \| ([^|]*) \| ([^|]*) \|$/gm)].map(
    ([, where = '', what = '', may = '']) => ({ where, what, may }),
  );
}

function mayImport(from: Room, target: string): boolean {
  const to = ROOMS.get(roomOf(target) ?? '');
  if (to?.isKernel) return from.mayImport.includes('kernel');
  return (to === undefined || !from.isKernel) && from.mayImport.includes(nameOf(target));
}

/** What a row calls it: a room, or a file outside of rooms. */
function nameOf(target: string): string {
  return ROOMS.get(roomOf(target) ?? '')?.name ?? basename(target);
}

/** The folder of its room, or undefined for a file outside of rooms. */
function roomOf(file: string): string | undefined {
  const path = relative(ROOT, file);
  return [...ROOMS.keys()].find((room) => path.startsWith(`${room}/`));
}

/** These live in the process that a person started: their children, their terminal. */
function mayTouchTheProcess(folder: string): boolean {
  return folder === 'packages/stack' || folder === 'packages/cli' || folder === 'packages/runtime';
}

/** What a folder's package hands to others, and where its processes and its page begin. */
function entriesOf(folder: string): string[] {
  const { exports = {} } = packageSchema.parse(JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')));
  const sources = Object.values(exports).flatMap((target) => (typeof target === 'string' ? [] : [target.source]));
  const mains = sourcesIn(join(ROOT, folder, 'src')).filter((file) => /\/main\.tsx?$/.test(file));
  return [...sources.map((source) => join(ROOT, folder, source)), ...mains];
}

function folderOf(file: string): string {
  return relative(ROOT, file).split('/').slice(0, 2).join('/');
}

/** Source files without tests; a test may use whatever it needs. */
function sourcesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sourcesIn(path);
    return /\.tsx?$/.test(path) && !path.endsWith('.test.ts') ? [path] : [];
  });
}

function filesIn(folder: string, ending: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));
}

function importsOf(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(
    ([, target = '']) => target,
  );
}

/** The file without comments: what they say is no code. */
function codeOf(file: string): string {
  return readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
}
