import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { z } from 'zod';

const resultsSchema = z.object({
  violations: z.array(
    z.object({
      id: z.string(),
      help: z.string(),
      nodes: z.array(z.object({ html: z.string(), failureSummary: z.string().optional() })),
    }),
  ),
});

/** Shown of an element that has one. */
const HTML_LENGTH_MAX = 160;

/** Of other results no more than one of each is gathered, and nothing is loaded that the page has loaded already. */
const OPTIONS = { resultTypes: ['violations'], preload: false };

/** The one rule that other colours can break. */
const COLOURS = { type: 'rule', values: ['color-contrast'] };

/** What keeps people with disabilities from using the page: whatever axe-core finds, or in the colours only. */
export async function findBarriers(page: Page, look: 'all' | 'colours' = 'all'): Promise<readonly string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe.source);
  const options = look === 'all' ? OPTIONS : { ...OPTIONS, runOnly: COLOURS };
  const found = await page.evaluate(`axe.run(document, ${JSON.stringify(options)})`);
  const { violations } = resultsSchema.parse(found);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary = '' }) => `${id}: ${help}: ${html.slice(0, HTML_LENGTH_MAX)} ${failureSummary}`),
  );
}
