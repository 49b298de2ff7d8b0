import { z } from 'zod';
import { isText, parameter } from './parameters.ts';

/** The longest namespace that an event may name, and `*`. */
const PATTERN_LENGTH_MAX = 254;

const EXPECTED = `expected a namespace, or the beginning of one and *, of at most ${PATTERN_LENGTH_MAX} characters`;

/**
 * A `*` elsewhere would stand for itself, which is no part of any namespace: it is a mistake, and would match nothing.
 */
function isNamespacePattern(text: string): boolean {
  return isText(text, PATTERN_LENGTH_MAX) && !text.slice(0, -1).includes('*');
}

const describe = (description: string) => `${description}; \`kube-*\` is every one that begins so`;

/** A namespace or the beginning of one, in a body. */
export const namespacePatternField = (description: string) =>
  z
    .string()
    .superRefine((text, context) => {
      if (isNamespacePattern(text)) return;
      context.addIssue({ code: 'custom', message: EXPECTED, params: { code: 'INVALID_TEXT' } });
    })
    .meta({ description: describe(description), examples: ['kube-*'] });

/** The same in the address. */
export const namespacePatternSchema = (description: string) =>
  parameter({
    parse: (text) => (isNamespacePattern(text) ? text : undefined),
    code: 'INVALID_TEXT',
    expected: EXPECTED,
    describedAs: { description: describe(description), examples: ['kube-*'] },
  });
