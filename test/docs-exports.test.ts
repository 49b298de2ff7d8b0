import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FOCUS_VERSIONS } from '../services/api/src/routes/exports/focus/focus-column.ts';
import { FOCUS_COLUMNS } from '../services/api/src/routes/exports/focus/focus-columns.ts';
import { serviceOf } from '../services/api/src/routes/exports/focus/focus-services.ts';

const DOCS = readFileSync(new URL('../docs/exports.md', import.meta.url), 'utf8');

describe('docs/exports.md', () => {
  it('says of every column what it is made of, and of no other', () => {
    expect(tableBelow('| column | type | null | versions | made of |')).toEqual(
      FOCUS_COLUMNS.map(({ name, type, nullable, versions = FOCUS_VERSIONS, from }) => [
        `\`${name}\``,
        type,
        nullable ? 'yes' : 'no',
        versions.join(', '),
        from,
      ]),
    );
  });

  it('says of which service a meter is', () => {
    const rows = tableBelow('| meter | `ServiceName` | `ServiceCategory` | `ServiceSubcategory` |');
    for (const [meters = '', ...service] of rows) {
      const names = [...meters.matchAll(/`(\w+)`/g)].map(([, meter = '']) => meter);
      for (const meter of names.length > 0 ? names : ['model_calls']) {
        const { name, category, subcategory } = serviceOf(meter);
        expect([meter, name, category, subcategory]).toEqual([meter, ...service]);
      }
    }
    expect(serviceOf('gpu_hours_h100')).toEqual(serviceOf('gpu_hours'));
    expect(rows).toHaveLength(5);
  });
});

/** The rows of the table with this head. */
function tableBelow(head: string): string[][] {
  const [, rest = ''] = DOCS.split(`${head}\n`);
  const [, ...lines] = rest.split('\n');
  return lines.slice(0, lines.indexOf('')).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}
