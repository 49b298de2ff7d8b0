import type { Window } from '@hopsmeter/client';
import { z } from 'zod';
import { formatMoment } from '../asking/utc-hour.ts';
import { findKnownSince } from '../prometheus/known-since.ts';
import { readPrometheusAnswer } from '../prometheus/read-answer.ts';
import type { Reach } from '../source.ts';
import { askPage, type OpenCostAddress } from './ask-opencost.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * What OpenCost keeps without a Prometheus (its collector data source): 49 hours and 15 days, the running ones
 * included. These are its defaults; other settings of it cannot be asked for.
 */
const HOURS_KEPT = 49;
const DAYS_KEPT = 15;

/** How long it is remembered what was found out about the memory of OpenCost. */
const REMEMBERED_MS = HOUR_MS;

const prometheusConfig = z.object({ address: z.string() });

export type OpenCostMemory = { readReach(signal: AbortSignal): Promise<Reach> };

/**
 * Finds out how far back OpenCost knows. Only with a Prometheus it has pages about it: `/prometheusConfig` is 404
 * without. Then an hour older than it keeps by default is asked for, once an hour, in case it was told to keep more.
 *
 * All times are those of OpenCost's clock, where it tells them: by a wrong one of ours, hours would be given up that it
 * still knows.
 *
 * @param hasRows whether it knows anything of a window.
 */
export function createOpenCostMemory(
  address: OpenCostAddress,
  hasRows: (window: Window, signal: AbortSignal) => Promise<boolean>,
  now: () => number,
): OpenCostMemory {
  const knowsMore = rememberFor(REMEMBERED_MS, hasRows);
  const knownSince = rememberFor(REMEMBERED_MS, (at: number, signal) => {
    const ask = async (query: string) => {
      const answer = await askPage(address, 'prometheusQuery', { query }, signal);
      return answer.status === 404 ? [] : readPrometheusAnswer(answer.text, 'the Prometheus of OpenCost');
    };
    return findKnownSince(ask, at);
  });

  return {
    async readReach(signal) {
      const page = await askPage(address, 'prometheusConfig', {}, signal);
      const at = page.serverTime ?? now();
      if (isPrometheusConfig(page.text)) return { hours: await knownSince(at, at, signal), days: undefined };
      const hours = Math.floor(at / HOUR_MS) * HOUR_MS - (HOURS_KEPT - 1) * HOUR_MS;
      const days = Math.floor(at / DAY_MS) * DAY_MS - (DAYS_KEPT - 1) * DAY_MS;
      return { hours: (await knowsMore(at, hourOf(hours - HOUR_MS), signal)) ? undefined : hours, days };
    },
  };
}

function rememberFor<Question, Found>(
  durationMs: number,
  find: (question: Question, signal: AbortSignal) => Promise<Found>,
): (at: number, question: Question, signal: AbortSignal) => Promise<Found> {
  let last: { readonly found: Found; readonly at: number } | undefined;
  return async (at, question, signal) => {
    if (last === undefined || Math.abs(at - last.at) >= durationMs) last = { found: await find(question, signal), at };
    return last.found;
  };
}

/** The hour that begins at a time. */
export function hourOf(start: number): Window {
  return { start: formatMoment(start), end: formatMoment(start + HOUR_MS) };
}

/** Behind a proxy any page may be a page. */
function isPrometheusConfig(text: string): boolean {
  try {
    return prometheusConfig.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}
