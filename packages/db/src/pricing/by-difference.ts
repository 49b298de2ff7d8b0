import type { Quantity } from '@hopsmeter/usage';

type Differing = { readonly accountOwnerId: string; readonly difference: Quantity; readonly modelEffect: Quantity };

/** The largest difference first, in either direction; of equals by account. */
export function byDifference(a: Differing, b: Differing): number {
  const [left, right] = [magnitude(a.difference + a.modelEffect), magnitude(b.difference + b.modelEffect)];
  if (left !== right) return left > right ? -1 : 1;
  return a.accountOwnerId < b.accountOwnerId ? -1 : 1;
}

function magnitude(amount: Quantity): Quantity {
  return amount < 0n ? -amount : amount;
}
