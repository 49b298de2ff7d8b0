import type { Page } from 'playwright-core';
import { z } from 'zod';

/**
 * Presses Tab until everything must have had the focus.
 *
 * @returns What can be pressed or filled in and never had it, and what had it without showing it.
 */
export async function findUnreached(page: Page): Promise<readonly string[]> {
  const controls = z.number().parse(await page.evaluate(WATCH_FOCUS));
  for (let tabs = 0; tabs < controls + TABS_MORE; tabs++) await page.keyboard.press('Tab');
  return z.array(z.string()).parse(await page.evaluate('window.unreached()'));
}

/** Beyond the last control the focus leaves the document once. */
const TABS_MORE = 3;

const WATCH_FOCUS = `(() => {
  // Of a date each part stops Tab, and the button of its calendar.
  const PARTS = 7;
  const controls = () => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')]
    .filter((element) => element.tabIndex >= 0 && !element.disabled && element.checkVisibility());
  const reached = new Set();
  const unmarked = [];
  const textOf = (element) => element.outerHTML.slice(0, 160);
  document.addEventListener('focusin', ({ target }) => {
    reached.add(target);
    if (getComputedStyle(target).outlineStyle === 'none') unmarked.push('no mark of the focus: ' + textOf(target));
  });
  window.unreached = () => [
    ...controls().filter((element) => !reached.has(element)).map((element) => 'not reached: ' + textOf(element)),
    ...unmarked,
  ];
  document.activeElement?.blur();
  const stops = (element) => (element.matches('[type="date"], [type="datetime-local"], [type="month"]') ? PARTS : 1);
  return controls().reduce((sum, element) => sum + stops(element), 0);
})()`;
