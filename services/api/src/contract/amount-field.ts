import type { Cents } from '@hopsmeter/usage';
import { z } from 'zod';

/** DECIMAL(10,2) without a sign. */
const AMOUNT = /^\d{1,8}(?:\.\d{1,2})?$/;

/** An amount of money above zero in a body, read as cents. */
export const amountField = (description: string) =>
  z
    .string()
    // On the text: zod leaves the examples of what is made of it out of the document.
    .meta({ examples: ['250.00'] })
    .transform((text, context): Cents => {
      const cents = AMOUNT.test(text) ? centsOf(text) : 0n;
      if (cents > 0n) return cents;
      const message = 'expected USD above zero as text with at most 8 digits and 2 decimals, such as "250.00"';
      context.addIssue({ code: 'custom', message, params: { code: 'INVALID_TEXT' } });
      return z.NEVER;
    })
    .meta({ description });

function centsOf(text: string): Cents {
  const [whole = '', decimals = ''] = text.split('.');
  return BigInt(whole + decimals.padEnd(2, '0'));
}
