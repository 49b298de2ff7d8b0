import type { Cents } from '../allocate-cents.ts';
import { divideHalfAway, formatQuantity, ONE, parseDecimal, type Quantity, toQuantity } from '../decimal.ts';
import type { ApplicationCredits, ApplicationDirectory } from './application-rows.ts';
import type { DirectoryChange, OurDirectory } from './directory-plan.ts';
import type { Outcomes } from './outcomes.ts';
import type { PlannedSoFar } from './plan-assignments.ts';

/** A grant is DECIMAL(10,2). */
const GRANT_CENTS_MAX: Cents = 9_999_999_999n;

/** The two kinds of credits, and what the grants for what is left of them are called. */
const KINDS = [
  { reference: 'import/purchased', granted: 'totalPurchased', used: 'totalUsed' },
  { reference: 'import/free', granted: 'freeCreditsGranted', used: 'freeCreditsUsed' },
] as const;

/**
 * What is left of a user's credits becomes grants in USD, rounded once to the cent. They are valid from this month on:
 * the application billed the months before.
 */
export function planCredits(
  { credits }: ApplicationDirectory,
  ours: OurDirectory,
  { owners, now }: Omit<PlannedSoFar, 'clusterIds'>,
  outcomes: Outcomes,
): void {
  const known = new Map(
    ours.grants.map(({ accountOwnerId, reference, amount }) => [`${reference} ${accountOwnerId}`, amount]),
  );
  const creditUsd = readNumber(ours.creditUsd);
  if (creditUsd === undefined) throw new RangeError(`a credit costs ${ours.creditUsd}`);
  const validFrom = `${now.slice(0, 'YYYY-MM'.length)}-01`;
  for (const credit of credits) {
    const row = { table: 'user_credits', key: credit.userId } as const;
    const amounts = readAmounts(credit, creditUsd);
    const refusal = 'refusal' in amounts ? amounts.refusal : refusalOf(owners.get(credit.userId));
    if ('refusal' in amounts || refusal !== undefined) {
      outcomes.refuse(row, refusal ?? '');
      continue;
    }
    const others = amounts.grants.filter(({ reference, amount }) => {
      const ourAmount = known.get(`${reference} ${credit.userId}`);
      return ourAmount !== undefined && ourAmount !== amount;
    });
    if (others.length > 0) {
      outcomes.differ(row, `the grants ${others.map(({ reference }) => reference).join(', ')} have other amounts`);
      continue;
    }
    const missing = amounts.grants.filter(
      ({ reference, amount }) => amount > 0n && !known.has(`${reference} ${credit.userId}`),
    );
    const grant = { ...row, kind: 'grant_credit', accountOwnerId: credit.userId, validFrom } as const;
    outcomes.bring(
      row,
      missing.map((one): DirectoryChange => ({ ...grant, ...one })),
    );
  }
}

function refusalOf(owner: string | null | undefined): string | undefined {
  if (owner === undefined) return 'the user cannot come over';
  return owner === null ? undefined : `the user is a member of ${owner}, and only account owners have grants`;
}

function readAmounts(
  credit: ApplicationCredits,
  creditUsd: Quantity,
): { readonly grants: readonly { reference: string; amount: Cents }[] } | { readonly refusal: string } {
  const grants: { reference: string; amount: Cents }[] = [];
  for (const { reference, granted, used } of KINDS) {
    const [total, spent] = [readNumber(credit[granted]), readNumber(credit[used])];
    if (total === undefined || spent === undefined)
      return { refusal: `${granted} ${credit[granted]} and ${used} ${credit[used]} are not two numbers` };
    if (total < spent)
      return { refusal: `${formatQuantity(spent)} of ${formatQuantity(total)} credits are used (${used})` };
    const amount = divideHalfAway((total - spent) * creditUsd * 100n, ONE * ONE);
    if (amount > GRANT_CENTS_MAX) return { refusal: 'a grant cannot be so large' };
    grants.push({ reference, amount });
  }
  return { grants };
}

function readNumber(text: string | null): Quantity | undefined {
  const decimal = text === null ? undefined : parseDecimal(text);
  return decimal === undefined ? undefined : toQuantity(decimal);
}
