import type { AttributedProject, DirectoryPeriod, EventAttribution, EventPart, PriceVersion } from '@hopsmeter/db';
import { formatQuantity, isImportedMeter, parseQuantity } from '@hopsmeter/usage';
import { CURRENCY } from '../../contract/amounts.ts';

/** The rule that chose who used it and who pays, with the facts that it went by. */
export function explainAttribution(attribution: EventAttribution): string {
  const { accountOwnerId, userId, ownership, isCurrent } = attribution;
  const user = labelOf(userId, attribution.userName);
  const account = labelOf(accountOwnerId, attribution.accountName);
  if (attribution.attributedBy === 'import')
    return `It was imported: this day of ${user} was billed to ${account} before hopsmeter, and stays there.`;
  if (ownership === null || ownership.accountOwnerId !== accountOwnerId)
    return (
      `${explainUser(attribution, user)} It was booked for ${account}, who does not own the user of that ` +
      'time any more.'
    );
  const own = accountOwnerId === userId ? `${user} was an account owner` : `${user} was a member of ${account}`;
  const later = isCurrent ? '' : ' What changed hands since stands in the later rows.';
  return (
    `${explainUser(attribution, user)} ${own} when the usage began${periodText(ownership)}, and the account of that ` +
    `moment pays.${later}`
  );
}

function explainUser({ attributedBy, project, userId, isCurrent }: EventAttribution, user: string): string {
  const space = project === null ? undefined : `the project ${project.namespace}${periodText(project)}`;
  const shares = project === null || !isCurrent ? '' : explainShares(project);
  const andSpace = space === undefined ? '' : ` and ${space}`;
  if (attributedBy === 'subject') return `The event named the user ${user}${andSpace}.${shares}`;
  if (attributedBy === 'alias')
    return `The event named the user ${user} by an alias of the cluster${andSpace}.${shares}`;
  if (attributedBy === 'rule')
    return `Its namespace was no project, and a rule of the cluster books such usage for the user ${user}.`;
  const whose = project?.userId === userId ? `whose owner is ${user}` : `whose owner was ${user}`;
  return `The event named no user, so the owner of its project used it: ${space ?? 'a project'}, ${whose}.${shares}`;
}

/** Why it is this project, where the namespace changed hands in the window. */
function explainShares({ userCount, heldSeconds, windowSeconds }: AttributedProject): string {
  if (userCount < 2) return '';
  const held = `${durationText(heldSeconds)} of its ${durationText(windowSeconds)}`;
  return ` The namespace had ${userCount} users in the window, and this one had it longest: ${held}.`;
}

function durationText(seconds: string): string {
  const minutes = Number(seconds) / 60;
  if (!Number.isInteger(minutes)) return `${seconds} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
}

/** Why a row of the ledger is there, and why it is booked where it is. */
export function explainPart({ adjustment, usageDate, bookedOn, usageStatementNumber }: EventPart): string {
  const isLate = bookedOn !== usageDate;
  const statement = usageStatementNumber === null ? '' : ` with statement ${usageStatementNumber}`;
  const late = `${monthOf(usageDate)} was closed${statement} before, so it is booked in ${monthOf(bookedOn)}`;
  const what = WHAT[adjustment ?? 'usage'];
  return isLate ? `${what}; ${late}.` : `${what}, booked on its own day.`;
}

const WHAT = {
  usage: 'Usage as it was reported',
  reversal: 'Takes back what was booked before',
  correction: 'What a correction puts in its place',
  move: 'Usage that changed hands, for who has it now',
} as const;

/** The price version of a row of the rollup. */
export function explainPrice(meter: string, { price, priceQuantity, rate, override }: PriceVersion): string {
  const amount = `${plain(price)} ${CURRENCY} for ${plain(priceQuantity)} of ${meter}`;
  if (isImportedMeter(meter)) return `${amount}: imported usage costs what was billed for it.`;
  const card = rate === null ? undefined : `rate card ${rate.rateCardName}, rate from ${rate.validFrom}`;
  if (override === null) return `${amount}: ${card ?? 'no rate is known'}.`;
  const validity = `from ${override.validFrom}${override.validTo === null ? '' : ` up to ${override.validTo}`}`;
  const own = {
    price: 'a price of its own',
    discount: `a discount of ${plain(override.discountPercent ?? '0')} %`,
    card: 'a card of its own',
  }[override.kind];
  return `${amount}: the account has ${own} ${validity}${card === undefined ? '' : `, on ${card}`}.`;
}

function labelOf(id: string, name: string | null): string {
  return name === null ? id : `${name} (${id})`;
}

function periodText({ startedAt, endedAt }: DirectoryPeriod): string {
  const since = startedAt === null ? '' : `since ${startedAt}`;
  const until = endedAt === null ? '' : `until ${endedAt}`;
  const period = [since, until].filter((text) => text !== '').join(' ');
  return period === '' ? '' : ` (${period})`;
}

function monthOf(day: string): string {
  return day.slice(0, 'YYYY-MM'.length);
}

function plain(decimal: string): string {
  return formatQuantity(parseQuantity(decimal));
}
