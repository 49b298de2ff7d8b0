import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeConfig } from '@hopsmeter/runtime';
import { describe, expect, it } from 'vitest';
import { apiConfigSchema } from '../services/api/src/config.ts';
import { ingestConfigSchema } from '../services/ingest/src/config.ts';
import { workerConfigSchema } from '../services/worker/src/config.ts';

const DOCS = readFileSync(fileURLToPath(new URL('../docs/operations.md', import.meta.url)), 'utf8');

describe('docs/operations.md', () => {
  it.each([
    ['ingest', ingestConfigSchema],
    ['worker', workerConfigSchema],
    ['api', apiConfigSchema],
  ])('lists exactly the settings of %s, with their defaults and meanings', (service, schema) => {
    const [, section = ''] = DOCS.split(`### ${service}\n`);
    const rows = [...(section.split('\n#')[0] ?? '').matchAll(/^\| `([A-Z0-9_]+)` \| (.+?) \| (.+) \|$/gm)];
    expect(rows.map(([, name, value, meaning]) => ({ name, value, meaning }))).toEqual(
      describeConfig(schema).map(({ name, defaultValue, isRequired, description }) => ({
        name,
        value: isRequired ? 'required' : defaultValue === undefined ? 'not set' : `\`${defaultValue}\``,
        meaning: description,
      })),
    );
  });
});
