import {
  type EventErrorCode,
  NAME_LENGTH_MAX as GPU_MODEL_LENGTH_MAX,
  isName,
  isUserId,
  parseSystemId,
  parseTime,
  type TermsErrorCode,
  USER_ID_FORM,
} from '@hopsmeter/usage';
import { z } from 'zod';
import { ADDRESS_FORM, isAddress } from './address.ts';
import { parameter } from './parameters.ts';

/**
 * What can be wrong with a field of a body: the codes that ingest has for the fields of an event, and those of terms.
 */
export type FieldErrorCode =
  | Extract<
      EventErrorCode,
      | 'MISSING_FIELD'
      | 'WRONG_TYPE'
      | 'UNKNOWN_FIELD'
      | 'INVALID_TEXT'
      | 'INVALID_TIME'
      | 'INVALID_QUANTITY'
      | 'NEGATIVE_QUANTITY'
      | 'QUANTITY_TOO_LARGE'
      | 'TOO_MANY_METERS'
    >
  | TermsErrorCode;

type FieldOptions = {
  readonly accepts: (text: string) => boolean;
  readonly code?: FieldErrorCode;
  readonly expected: string;
  readonly meta: { readonly description: string; readonly examples: [string]; readonly format?: string };
};

/** A text of a body that is read once and trusted afterwards. */
function field({ accepts, code = 'INVALID_TEXT', expected, meta }: FieldOptions) {
  return z
    .string()
    .superRefine((text, context) => {
      if (!accepts(text)) context.addIssue({ code: 'custom', message: expected, params: { code } });
    })
    .meta(meta);
}

/** The id of a user: what ingest takes as a subject. Files of ids are written so that none is a formula. */
export const userIdField = (description: string) =>
  field({
    accepts: isUserId,
    expected: `expected a user id: ${USER_ID_FORM}`,
    meta: { description, examples: ['auth0|507f1f77'] },
  });

/** What a cluster calls a user: whatever it may send as a subject. */
export const aliasField = field({
  accepts: isUserId,
  expected: `expected what can be a subject: ${USER_ID_FORM}`,
  meta: { description: 'What the cluster calls the user: the Hopsworks user name', examples: ['john1234'] },
});

/** As long as an address may be (RFC 5321). */
const EMAIL_LENGTH_MAX = 254;

const EMAIL = z.email();

export const emailField = field({
  accepts: (text) => text.length <= EMAIL_LENGTH_MAX && /^[A-Za-z0-9]/.test(text) && EMAIL.safeParse(text).success,
  expected: `expected an e-mail address of at most ${EMAIL_LENGTH_MAX} characters`,
  meta: { description: 'E-mail address', examples: ['ada@example.com'], format: 'email' },
});

/** Fits a column of a list; names of people and clusters are shorter. */
const NAME_LENGTH_MAX = 100;

/** Begins with a letter or a digit of any script, and holds no control characters. */
const NAME = /^[\p{L}\p{N}][^\p{Cc}\p{Cs}]*$/u;

export const nameField = (description: string, example: string) =>
  field({
    accepts: (text) => text.length <= NAME_LENGTH_MAX && NAME.test(text) && text.trimEnd() === text,
    expected:
      `expected at most ${NAME_LENGTH_MAX} characters that begin with a letter or digit, without ` +
      'control characters',
    meta: { description, examples: [example] },
  });

export const billingAddressField = field({
  accepts: isAddress,
  expected: `expected ${ADDRESS_FORM}`,
  meta: {
    description: 'Company and address on statements, lines separated by `\\n`; of an account owner',
    examples: ['Analytical Engines Ltd\n12 St. James’s Square\nLondon SW1Y 4LE'],
  },
});

/** A Kubernetes namespace: an RFC 1123 label. */
const NAMESPACE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

export const namespaceField = field({
  accepts: (text) => NAMESPACE.test(text),
  expected: 'expected a Kubernetes namespace: at most 63 of a-z, 0-9 and -, not at its ends',
  meta: { description: 'Kubernetes namespace', examples: ['fraud-detection'] },
});

/** As the database takes it. */
const METER_NAME_LENGTH_MAX = 64;
const METER_NAME = /^[a-z0-9]+(?:_[a-z0-9]+)*$/;

export const meterNameField = field({
  accepts: (text) => text.length <= METER_NAME_LENGTH_MAX && METER_NAME.test(text),
  expected: `expected at most ${METER_NAME_LENGTH_MAX} of a-z, 0-9 and single _ between them`,
  meta: { description: 'Name of the meter', examples: ['gpu_hours_h100'] },
});

export const gpuModelField = field({
  accepts: (text) => isName(text, GPU_MODEL_LENGTH_MAX) && text.trim() !== '',
  expected: `expected at most ${GPU_MODEL_LENGTH_MAX} characters without control characters`,
  meta: { description: 'GPU model as clusters report it', examples: ['NVIDIA H100 80GB HBM3'] },
});

export const systemIdField = (description: string) =>
  field({
    accepts: (text) => parseSystemId(text) !== undefined,
    expected: 'expected a UUID',
    meta: { description, examples: ['8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10'], format: 'uuid' },
  });

export const momentField = (description: string) =>
  field({
    accepts: (text) => parseTime(text) !== undefined,
    code: 'INVALID_TIME',
    expected: 'expected an RFC 3339 time such as 2026-11-22T13:00:00Z',
    meta: { description, examples: ['2026-11-22T13:00:00Z'], format: 'date-time' },
  });

/** A sentence or two. */
const REASON_LENGTH_MAX = 500;

export const reasonField = field({
  accepts: (text) => text.length <= REASON_LENGTH_MAX && !/[\p{Cc}\p{Cs}]/u.test(text) && text.trim() !== '',
  expected: `expected 1 to ${REASON_LENGTH_MAX} characters without control characters`,
  meta: { description: 'Why; kept in the audit log. A change of the past needs it', examples: ['Agreed with both'] },
});

export const dryRunField = z
  .boolean()
  .default(false)
  .meta({ description: 'Dry run: say what would happen and change nothing' });

/** Of `hwi_` and 43 characters of base64url; longer texts cannot be one. */
const TOKEN_LENGTH_MAX = 100;

export const tokenField = field({
  accepts: (text) => text.length <= TOKEN_LENGTH_MAX && /^[\w-]+$/.test(text),
  expected: 'expected the token of an invitation',
  meta: { description: "The invitation's token", examples: ['hwi_Zk9mV2x0bWdYQ2p1c2VyLWV4YW1wbGUtdG9rZW4tMDE'] },
});

/** A system id in the path or the query. */
export const systemIdSchema = (description: string) =>
  parameter({
    parse: parseSystemId,
    code: 'INVALID_TEXT',
    expected: 'expected a UUID',
    describedAs: { description, examples: ['8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10'], format: 'uuid' },
  });
