import { readFileSync } from 'node:fs';
import {
  formatQuantity,
  PRICE_MAX,
  PRICE_MODELS,
  PRICE_QUANTITY_MAX,
  parseQuantity,
  TERMS_ERRORS,
  TERMS_UNITS_MAX,
  TIERS_MAX,
} from '@hopsmeter/usage';
import { describe, expect, it } from 'vitest';
import { parsePriceExample, runPriceExample } from './harness/price-example.ts';
import { createTestDatabase, findRollupDifferences, seedDirectory } from './support/db/test-database.ts';

const DOCS = readFileSync(new URL('../docs/pricing.md', import.meta.url), 'utf8');

/** Each example with the last heading before it. */
const EXAMPLES = [...DOCS.matchAll(/```example\n(.*?)```/gs)].map(({ 1: text = '', index }, place) => {
  const [, heading = ''] = [...DOCS.slice(0, index).matchAll(/^##+ (.+)$/gm)].at(-1) ?? [];
  return { name: `${place + 1}. ${heading}`, steps: parsePriceExample(text) };
});

describe('the worked example in docs/pricing.md', () => {
  it.each(EXAMPLES)('$name', async ({ steps }) => {
    const database = await createTestDatabase();
    try {
      const taken = await runPriceExample(database.pool, await seedDirectory(database.pool), steps);
      expect(taken).toEqual(steps);
      expect(await findRollupDifferences(database.pool)).toEqual([]);
    } finally {
      await database.close();
    }
  });

  it('is there for every model, for a change in mid-month and for a late event, and expects something', () => {
    const words = EXAMPLES.flatMap(({ steps }) => steps.map((step) => step.words)).join('\n');
    for (const model of PRICE_MODELS) if (model !== 'flat') expect(words).toContain(`"model": "${model}"`);
    expect(EXAMPLES.length).toBeGreaterThanOrEqual(10);
    for (const { steps } of EXAMPLES)
      for (const step of steps) expect(step.expected.length > 1).toBe(/^(?:statement|grants) /.test(step.words));
  });
});

describe('docs/pricing.md', () => {
  it('lists the default card', async () => {
    const database = await createTestDatabase();
    try {
      const { rows } = await database.pool.query<{ meter: string; unit: string; price: string; per: string }>(
        `select meter, unit, price::text, price_quantity::text as per from hopsmeter.rates
          join hopsmeter.meters using (meter)
        order by meter collate "C"`,
      );
      const prices = rows.map((row) => [`\`${row.meter}\``, row.unit, plain(row.price), plain(row.per)]);
      expect(tableAfter('## List prices')).toEqual(prices);
      const cards = await database.pool.query<{ usd: string }>(
        'select credit_usd::text as usd from hopsmeter.rate_cards',
      );
      expect(DOCS).toContain(`one credit costs ${cards.rows.map(({ usd }) => plain(usd)).join()} USD`);
    } finally {
      await database.close();
    }
  });

  it('lists every model', () => {
    expect(tableAfter('## Price models').map(([model]) => model)).toEqual(PRICE_MODELS.map((model) => `\`${model}\``));
  });

  it('lists the limits of terms', () => {
    const limits = new Map(tableAfter('Terms are given as JSON').map(([field, , , limit]) => [field, limit]));
    expect(limits).toEqual(
      new Map([
        ['`model`', 'one of the four'],
        ['`price`', `0 to ${withCommas(PRICE_MAX)}, also for one unit`],
        ['`priceQuantity`', `above 0, to ${withCommas(PRICE_QUANTITY_MAX)}`],
        ['`tiers`', `1 to ${TIERS_MAX}`],
        ['`includedQuantity`', `0 to ${withCommas(TERMS_UNITS_MAX)}`],
      ]),
    );
    expect(DOCS).toContain(`The end of a tier is at most ${withCommas(TERMS_UNITS_MAX)} units`);
  });

  it('lists every error of terms, and no other', () => {
    const documented = tableAfter('The end of a tier').map(([code, meaning]) => [code, meaning]);
    expect(documented).toEqual(Object.entries(TERMS_ERRORS).map(([code, meaning]) => [`\`${code}\``, meaning]));
  });
});

/** The rows of the first table after a text, without its head. */
function tableAfter(text: string): string[][] {
  const [, after] = DOCS.split(text);
  if (after === undefined) throw new Error(`docs/pricing.md does not say: ${text}`);
  const [, table = ''] = /\n\|[^\n]+\n\|[-|]+\n((?:\|[^\n]+\n)+)/.exec(after) ?? [];
  return table
    .trim()
    .split('\n')
    .map((row) =>
      row
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

const plain = (text: string): string => formatQuantity(parseQuantity(text));

const withCommas = (quantity: bigint): string => formatQuantity(quantity).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
