import { type Cents, CREDIT_DECIMALS, type Credits, QUANTITY_DECIMALS, type Quantity } from '@hopsmeter/usage';
import { z } from 'zod';

/** The currency of every amount; the rate cards hold no other. */
export const CURRENCY = 'USD' as const;

export const currencySchema = z.literal(CURRENCY).meta({ description: 'Currency of every amount, ISO 4217' });

/** Money that a person is asked to pay. */
export const moneySchema = z
  .string()
  .regex(/^-?\d+\.\d{2}$/)
  .meta({
    id: 'Money',
    description: 'An amount to the cent, as text: a JSON number cannot hold every amount exactly',
    examples: ['12.34'],
  });

/** An amount before it is rounded to cents, or a quantity. */
export const exactSchema = z
  .string()
  .regex(/^-?\d+\.\d{12}$/)
  .meta({
    id: 'Exact',
    description: 'An exact decimal with 12 decimals, as text: a JSON number cannot hold it exactly',
    examples: ['12.336000000000'],
  });

/** A quantity as it is added up. */
export const exactQuantitySchema = z
  .string()
  .regex(/^-?\d+(?:\.\d{1,32})?$/)
  .meta({
    id: 'ExactQuantity',
    description: 'A quantity before it is rounded, as text with as many decimals as it needs, at most 32',
    examples: ['0.463777205906808376312255859375'],
  });

/** The second unit, shown beside USD. */
export const creditsSchema = z
  .string()
  .regex(/^-?\d+\.\d{4}$/)
  .meta({
    id: 'Credits',
    description: "An amount in credits, as text; what one costs is a fact of the account's rate card",
    examples: ['35.2457'],
  });

/** Writes cents as `12.34`. */
export function formatCents(cents: Cents): string {
  return formatDecimal(cents, 2);
}

/** Writes credits as `35.2457`. */
export function formatCredits(credits: Credits): string {
  return formatDecimal(credits, CREDIT_DECIMALS);
}

/** Writes an exact amount as Postgres' NUMERIC(38,12) does: with all its 12 decimals. */
export function formatExact(exact: Quantity): string {
  return formatDecimal(exact, QUANTITY_DECIMALS);
}

/** Writes units of 10^-decimals with all these decimals. */
export function formatDecimal(units: bigint, decimals: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, '0');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
