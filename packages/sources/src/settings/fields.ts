import { z } from 'zod';

/** Longest list in a setting that is still one. */
const LIST_LENGTH_MAX = 1_000;

/** Where something is asked over HTTP. Secrets have settings of their own, so an address has none. */
export function addressField(description: string) {
  return z
    .url({ protocol: /^https?$/, error: 'expected a URL that starts with http:// or https://', abort: true })
    .refine(isPlain, 'expected a URL without user, query and fragment')
    .optional()
    .describe(description);
}

export function textField(description: string) {
  return z.string().min(1).optional().describe(description);
}

/** A list with commas between, or as JSON. */
export function listField(description: string) {
  return z
    .string()
    .transform((text, context) => {
      if (!text.startsWith('[')) return text.split(',').map((part) => part.trim());
      const parsed = z.array(z.string()).safeParse(parseJson(text));
      if (parsed.success) return parsed.data;
      context.addIssue('expected names with commas between');
      return z.NEVER;
    })
    .pipe(z.array(z.string().min(1, 'expected names with commas between')).max(LIST_LENGTH_MAX))
    .optional()
    .describe(description);
}

/** A map of texts as JSON. */
export function mapField(description: string) {
  return jsonField(z.record(z.string().min(1), z.string().min(1)), 'expected a JSON object of texts')
    .optional()
    .describe(description);
}

/** A program and its arguments as JSON. */
export function commandField(description: string) {
  return jsonField(z.tuple([z.string().min(1)], z.string()), 'expected a JSON array of a program and its arguments')
    .optional()
    .describe(description);
}

function jsonField<S extends z.ZodType>(schema: S, message: string) {
  return z.string().transform((text, context): z.output<S> => {
    const parsed = schema.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    context.addIssue(message);
    return z.NEVER;
  });
}

function isPlain(text: string): boolean {
  const { username, password, search, hash } = new URL(text);
  return username === '' && password === '' && search === '' && hash === '';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No JSON is as little of the form that is expected as another one.
    return undefined;
  }
}
