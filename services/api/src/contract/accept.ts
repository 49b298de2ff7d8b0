import { RequestError } from '@hopsmeter/usage';

/** Longest header that is read; browsers send 150 characters. */
const ACCEPT_LENGTH_MAX = 1_000;

/**
 * Which of the content types that an address has is wanted most by an `Accept` header (RFC 9110, 12.5.1): the one with
 * the greatest quality, the first of the offered ones when it is the same, or when nothing was said.
 *
 * @param offered content types in lower case without parameters, the usual one first.
 * @throws RequestError NOT_ACCEPTABLE when it wants none of them.
 */
export function chooseContentType<T extends string>(accept: string | undefined, offered: readonly [T, ...T[]]): T {
  if (accept === undefined || accept.trim() === '') return offered[0];
  const ranges = accept.slice(0, ACCEPT_LENGTH_MAX).toLowerCase().split(',').map(readRange);
  let best: { type: T; quality: number } | undefined;
  for (const type of offered) {
    const quality = qualityOf(type, ranges);
    if (quality > (best?.quality ?? 0)) best = { type, quality };
  }
  if (best === undefined) throw new RequestError('NOT_ACCEPTABLE', `this address has ${offered.join(', ')}`);
  return best.type;
}

type Range = { readonly range: string; readonly quality: number };

function readRange(text: string): Range {
  const [range = '', ...parameters] = text.split(';').map((part) => part.trim());
  const given = parameters.find((parameter) => parameter.startsWith('q='));
  const quality = given === undefined ? 1 : Number(given.slice(2));
  return { range, quality: quality >= 0 && quality <= 1 ? quality : 0 };
}

/** By the most specific range that names the type. */
function qualityOf(type: string, ranges: readonly Range[]): number {
  for (const wanted of [type, `${type.split('/', 1)[0]}/*`, '*/*']) {
    const found = ranges.filter(({ range }) => range === wanted);
    if (found.length > 0) return Math.max(...found.map(({ quality }) => quality));
  }
  return 0;
}
