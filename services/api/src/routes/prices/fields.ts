import {
  formatQuantity,
  ONE,
  parseDecimal,
  type Quantity,
  readTermsInput,
  type TermsErrorCode,
  TIERS_MAX,
  toQuantity,
} from '@hopsmeter/usage';
import { z } from 'zod';

/** The fields of terms, as a person gives them; {@link readTermsInput} says what they may be. */
export const termsFields = {
  model: z
    .string()
    .optional()
    .meta({ description: '`flat` when not given', examples: ['graduated'] }),
  price: z
    .string()
    .optional()
    .meta({ description: 'USD; of flat and package terms', examples: ['0.35'] }),
  priceQuantity: z
    .string()
    .optional()
    .meta({ examples: ['1'], description: 'Units that the price is for; 1 when not given' }),
  tiers: z
    .array(
      z.strictObject({
        upTo: z
          .string()
          .nullable()
          .optional()
          .meta({ examples: ['1000'], description: 'Last unit of the tier; not given for the last tier' }),
        price: z.string().meta({ examples: ['0.35'] }),
      }),
    )
    .max(TIERS_MAX)
    .optional()
    .meta({ description: 'Of graduated and volume terms' }),
  includedQuantity: z
    .string()
    .optional()
    .meta({ examples: ['0'], description: 'Free units per month; 0 by default' }),
};

type TermsFields = z.output<z.ZodObject<typeof termsFields>>;

type Context = {
  addIssue(issue: { code: 'custom'; message: string; path: PropertyKey[]; params: { code: TermsErrorCode } }): void;
};

/** Reads terms; undefined when something is wrong with them, which is told to the context. */
export function readTerms(given: TermsFields, context: Context, path: readonly PropertyKey[]) {
  const reading = readTermsInput(given);
  if ('terms' in reading) return reading.terms;
  for (const { pointer, code, detail } of reading.problems)
    context.addIssue({
      code: 'custom',
      message: detail,
      path: [...path, ...pointer.slice(1).split('/')],
      params: { code },
    });
  return undefined;
}

type DecimalOptions = {
  readonly description: string;
  readonly example: string;
  /** Whole units. */
  readonly most: bigint;
  readonly decimals: number;
};

/** A decimal of a body above zero, read as a {@link Quantity}. */
export function decimalField({ description, example, most, decimals }: DecimalOptions) {
  const step = ONE / 10n ** BigInt(decimals);
  return z
    .string()
    .meta({ examples: [example] })
    .transform((text, context): Quantity => {
      const decimal = parseDecimal(text);
      const value = decimal === undefined ? undefined : toQuantity(decimal);
      const isDecimal = value !== undefined && value % step === 0n;
      if (isDecimal && value > 0n && value <= most * ONE) return value;
      const code = isDecimal ? 'DECIMAL_OUT_OF_RANGE' : 'INVALID_DECIMAL';
      const range = `more than 0 and at most ${formatQuantity(most * ONE)}`;
      const message = isDecimal
        ? `expected ${range}`
        : `expected decimal text with at most ${decimals} decimals, ${range}`;
      context.addIssue({ code: 'custom', message, params: { code } });
      return z.NEVER;
    })
    .meta({ description, examples: [example] });
}
