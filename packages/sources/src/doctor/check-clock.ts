import { CheckFailure } from './check.ts';

/** More than an answer takes, and less than what makes an hour another one for long. */
const DIFFERENCE_MAX_MS = 60_000;

/** How far our clock is from that of somebody else, who told the time within the last seconds. */
export function checkClock(serverTime: number | undefined, now: number, whom: string): void {
  if (serverTime === undefined) return;
  const difference = now - serverTime;
  if (Math.abs(difference) <= DIFFERENCE_MAX_MS) return;
  const seconds = Math.round(Math.abs(difference) / 1_000);
  const side = difference > 0 ? 'ahead of' : 'behind';
  throw new CheckFailure(`the clock here is ${seconds} s ${side} that of ${whom}: let NTP set both`);
}
