import { ONE, parseQuantity, type Quantity } from '@hopsmeter/usage';

/**
 * What the specification says of the columns, written down a second time on purpose: mandatory ones, and conditional
 * ones whose condition holds for us (prices are published, usage is measured, prices exist in a virtual currency).
 */
type Rule = {
  readonly type: 'string' | 'decimal' | 'datetime';
  readonly nullable: boolean;
  readonly only?: '1.2' | '1.4';
  readonly allowed?: readonly string[];
};

const text = (rule: Partial<Rule> = {}): Rule => ({ type: 'string', nullable: false, ...rule });
const decimal = (nullable = false): Rule => ({ type: 'decimal', nullable });
const datetime: Rule = { type: 'datetime', nullable: false };

export const RULES: Readonly<Record<string, Rule>> = {
  BilledCost: decimal(),
  BillingAccountId: text(),
  BillingAccountName: text({ nullable: true }),
  BillingCurrency: text({ allowed: ['USD'] }),
  BillingPeriodEnd: datetime,
  BillingPeriodStart: datetime,
  ChargeCategory: text(),
  ChargeClass: text({ nullable: true }),
  ChargeDescription: text({ nullable: true }),
  ChargeFrequency: text(),
  ChargePeriodEnd: datetime,
  ChargePeriodStart: datetime,
  ConsumedQuantity: decimal(true),
  ConsumedUnit: text({ nullable: true }),
  ContractedCost: decimal(),
  ContractedUnitPrice: decimal(true),
  EffectiveCost: decimal(),
  HostProviderName: text({ only: '1.4' }),
  InvoiceDetailId: text({ nullable: true, only: '1.4' }),
  InvoiceId: text({ nullable: true }),
  InvoiceIssuerName: text(),
  ListCost: decimal(),
  ListUnitPrice: decimal(true),
  PricingCategory: text({ nullable: true }),
  PricingCurrency: text(),
  PricingCurrencyContractedUnitPrice: decimal(true),
  PricingCurrencyEffectiveCost: decimal(),
  PricingCurrencyListUnitPrice: decimal(true),
  PricingQuantity: decimal(true),
  PricingUnit: text({ nullable: true }),
  ProviderName: text({ only: '1.2' }),
  PublisherName: text({ only: '1.2' }),
  ResourceId: text({ nullable: true }),
  ResourceName: text({ nullable: true }),
  ResourceType: text({ nullable: true }),
  ServiceCategory: text(),
  ServiceName: text(),
  ServiceProviderName: text({ only: '1.4' }),
  ServiceSubcategory: text(),
  SkuId: text({ nullable: true }),
  SkuMeter: text({ nullable: true }),
  SkuPriceDetails: text({ nullable: true }),
  SkuPriceId: text({ nullable: true }),
  SubAccountId: text({ nullable: true }),
  SubAccountName: text({ nullable: true }),
};

/** The columns that are products of two others, with the decimals of both. */
export const PRODUCTS: readonly string[] = ['ContractedCost', 'ListCost'];

const DATETIME = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;
const DECIMAL = /^-?\d+(\.\d+)?$/;

/** What is wrong with a row by itself; nothing when it is right. */
export function findMistakes(row: Readonly<Record<string, string>>, version: '1.2' | '1.4'): string[] {
  const mistakes: string[] = [];
  const claim = (isSo: boolean, what: string): void => {
    if (!isSo) mistakes.push(`${what} (${row.x_ChargeKind} ${row.SkuId} ${row.ChargePeriodStart})`);
  };
  for (const [name, { type, nullable, only, allowed }] of Object.entries(RULES)) {
    const value = row[name];
    if (only !== undefined && only !== version) {
      claim(value === undefined, `${name} is not of ${version}`);
      continue;
    }
    if (value === undefined || value === '') {
      claim(value !== undefined && nullable, `${name} is missing`);
      continue;
    }
    if (type === 'decimal') claim(DECIMAL.test(value), `${name} is no decimal: ${value}`);
    if (type === 'datetime') claim(DATETIME.test(value), `${name} is no time: ${value}`);
    if (allowed !== undefined) claim(allowed.includes(value), `${name} may not be ${value}`);
  }
  const is = (name: string): boolean => row[name] !== '';
  const of = (name: string): Quantity => parseQuantity(row[name] ?? '');
  claim((row.BillingPeriodStart ?? '') < (row.BillingPeriodEnd ?? ''), 'the billing period ends before it starts');
  claim((row.ChargePeriodStart ?? '') < (row.ChargePeriodEnd ?? ''), 'the charge period ends before it starts');
  const pairs = ['ConsumedQuantity ConsumedUnit', 'PricingQuantity PricingUnit', 'SubAccountId SubAccountName'];
  for (const pair of [...pairs, 'ResourceId ResourceName', 'ResourceId ResourceType']) {
    const [first = '', second = ''] = pair.split(' ');
    claim(is(first) === is(second), `${first} and ${second} go together`);
  }
  const priced = ['ListUnitPrice', 'ContractedUnitPrice', 'PricingQuantity', 'ConsumedQuantity', 'SkuPriceId', 'SkuId'];
  if (row.ChargeCategory === 'Usage') {
    for (const name of priced) claim(is(name), `usage without ${name}`);
    if (mistakes.length > 0) return mistakes;
    const [, count = '1', unit = ''] = /^(?:([\d.]+) )?(.+)$/.exec(row.PricingUnit ?? '') ?? [];
    const per = parseQuantity(count) * (unit.endsWith('-Months') ? 720n : 1n);
    claim(of('PricingQuantity') === divide(of('ConsumedQuantity') * ONE, per), 'PricingQuantity is another');
    claim(unit.replace(/-Months$/, '-Hours') === row.ConsumedUnit, 'units differ');
    for (const [cost, price] of [
      ['ListCost', 'ListUnitPrice'] as const,
      ['ContractedCost', 'ContractedUnitPrice'] as const,
    ])
      claim(productOf(row[cost]) === of('PricingQuantity') * of(price), `${cost} is not ${price} × PricingQuantity`);
    const billed = divide(of('ConsumedQuantity') * of('ContractedUnitPrice'), per);
    claim(of('BilledCost') === billed, 'BilledCost is not quantity × price');
    if (row.ChargeClass === '') claim(of('ConsumedQuantity') >= 0n, 'a negative quantity that corrects nothing');
  } else {
    for (const name of ['ConsumedQuantity', 'PricingQuantity', 'ListUnitPrice', 'ContractedUnitPrice'])
      claim(!is(name), `an adjustment with ${name}`);
    for (const cost of PRODUCTS)
      claim(productOf(row[cost]) === of('BilledCost') * ONE, `${cost} of an adjustment differs`);
    claim(!is('SkuPriceId') && !is('PricingCategory'), 'an adjustment with a SkuPriceId or a PricingCategory');
  }
  claim(row.EffectiveCost === row.BilledCost, 'EffectiveCost is another');
  const inCredits = (usd: string): Quantity => divide(of(usd) * ONE, of('x_CreditUsd'));
  claim(of('PricingCurrencyEffectiveCost') === inCredits('EffectiveCost'), 'PricingCurrencyEffectiveCost is another');
  return mistakes;
}

const abs = (value: bigint): bigint => (value < 0n ? -value : value);

/** Of a cost with 24 decimals, in units of 10^-24. */
const productOf = (text = ''): bigint => {
  if (!/^-?\d+\.\d{24}$/.test(text)) throw new Error(`not 24 decimals: ${text}`);
  return BigInt(text.replace('.', ''));
};

/** Half away from zero. */
function divide(numerator: bigint, denominator: bigint): bigint {
  const [units, rest] = [abs(numerator) / denominator, abs(numerator) % denominator];
  const rounded = units + (2n * rest >= denominator ? 1n : 0n);
  return numerator < 0n ? -rounded : rounded;
}
