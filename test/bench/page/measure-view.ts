import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { percentile } from '../statistics.ts';

export type ViewFigures = {
  readonly view: string;
  /** From asking for the address to its content, nothing kept by the browser: the median. */
  readonly coldMs: number;
  /** The same in a browser that was there before. */
  readonly warmMs: number;
  /** Frames while scrolling to the end and back, and how many came later than {@link SLOW_FRAME_MS}. */
  readonly frames: number;
  readonly slowFrames: number;
  /** What the busiest task kept the browser from drawing for. */
  readonly longestTaskMs: number;
};

/** What a person sees as a stutter. */
export const SLOW_FRAME_MS = 50;

const WIDE = { width: 1280, height: 900 };

/** Opens a view some times in new contexts of a browser, twice in each, and scrolls it in the last one. */
export async function measureView(
  browser: Browser,
  {
    view,
    url,
    who,
    times,
  }: { readonly view: string; readonly url: string; readonly who: string; readonly times: number },
): Promise<ViewFigures> {
  const cold: number[] = [];
  const warm: number[] = [];
  let scrolled = { frames: 0, slowFrames: 0, longestTaskMs: 0 };
  for (let time = 0; time < times; time++) {
    const context = await browser.newContext({ viewport: WIDE });
    try {
      await context.addInitScript(`sessionStorage.setItem('hopsmeter.signed-in', ${JSON.stringify(who)})`);
      const page = await context.newPage();
      cold.push(await untilContent(page, url));
      warm.push(await untilContent(page, url));
      if (time === times - 1) scrolled = await scroll(page);
    } finally {
      await context.close();
    }
  }
  return { view, coldMs: percentile(cold, 0.5), warmMs: percentile(warm, 0.5), ...scrolled };
}

/** Until the heading is there and nothing in the view is being loaded: read in the page, so that no poll is counted. */
async function untilContent(page: Page, url: string): Promise<number> {
  await page.goto(url, { waitUntil: 'commit' });
  return z.number().parse(await page.evaluate(UNTIL_CONTENT));
}

const UNTIL_CONTENT = `new Promise((resolve) => {
  const look = () => {
    const isThere = document.querySelector('#view h1') !== null &&
      document.querySelector('.loading, [aria-busy="true"]') === null;
    if (isThere) requestAnimationFrame(() => resolve(performance.now()));
    else setTimeout(look, 2);
  };
  look();
})`;

async function scroll(page: Page): Promise<Pick<ViewFigures, 'frames' | 'slowFrames' | 'longestTaskMs'>> {
  return z
    .object({ frames: z.number(), slowFrames: z.number(), longestTaskMs: z.number() })
    .parse(await page.evaluate(SCROLL));
}

const SCROLL = `new Promise((resolve) => {
  let [frames, slowFrames, longestTaskMs] = [0, 0, 0];
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) longestTaskMs = Math.max(longestTaskMs, Math.round(entry.duration));
  });
  observer.observe({ type: 'longtask' });
  let before = performance.now();
  let step = innerHeight / 3;
  const draw = (now) => {
    frames += 1;
    if (now - before > ${SLOW_FRAME_MS}) slowFrames += 1;
    before = now;
    const end = document.documentElement.scrollHeight - innerHeight;
    if (step > 0 && scrollY >= end - 1) step = -step;
    else if (step < 0 && scrollY <= 0) {
      setTimeout(() => resolve({ frames, slowFrames, longestTaskMs }), 100);
      return;
    }
    scrollBy(0, step);
    requestAnimationFrame(draw);
  };
  requestAnimationFrame(draw);
})`;
