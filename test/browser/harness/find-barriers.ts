import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { z } from 'zod';

const resultsSchema = z.object({
  violations: z.array(
    z.object({
      id: z.string(),
      impact: z.string().nullish(),
      help: z.string(),
      nodes: z.array(z.object({ html: z.string(), failureSummary: z.string().optional() })),
    }),
  ),
});

/** Shown of an element that has one. */
const HTML_LENGTH_MAX = 160;

/** Of other results no more than one of each is gathered, and nothing is loaded that the page has loaded already. */
const FIND_VIOLATIONS = 'axe.run(document, { resultTypes: ["violations"], preload: false })';

/** What keeps people with disabilities from using the page: what axe-core calls serious or critical. */
export async function findBarriers(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe.source);
  const { violations } = resultsSchema.parse(await page.evaluate(FIND_VIOLATIONS));
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map(
        ({ html, failureSummary = '' }) => `${id}: ${help}: ${html.slice(0, HTML_LENGTH_MAX)} ${failureSummary}`,
      ),
    );
}
