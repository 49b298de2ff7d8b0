import { z } from 'zod';

/** A process's settings: one zod schema per environment variable, each with `.describe()` and mostly `.default()`. */
export type ConfigSchema = z.ZodObject;

/** One setting as documentation shows it. */
export type SettingDescription = {
  readonly name: string;
  readonly description: string;
  /** What is used when the variable is not set; `undefined` when there is no such value. */
  readonly defaultValue: string | undefined;
  readonly isRequired: boolean;
  readonly isSecret: boolean;
};

/** Thrown when the environment does not hold what a process needs; the message lists every problem, one per line. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the environment does not fit:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** Values of these variables are never printed. URLs are among them because they carry passwords. */
const SECRET_NAME = /(KEY|TOKEN|PASSWORD|SECRET|URL)S?$/;

/** Longest value shown in a problem: enough to recognise a typing error. */
const SHOWN_LENGTH_MAX = 80;

/**
 * Reads a process's settings from its environment. An empty variable counts as not set, because that is what
 * `NAME=` in a compose file means.
 *
 * @throws ConfigError naming all variables that do not fit, what was expected and, unless secret, what came.
 */
export function loadConfig<S extends ConfigSchema>(
  schema: S,
  env: Readonly<Record<string, string | undefined>>,
): z.output<S> {
  const given: Record<string, string> = {};
  for (const name of Object.keys(schema.shape)) {
    const value = env[name]?.trim();
    if (value !== undefined && value !== '') given[name] = value;
  }
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new ConfigError(parsed.error.issues.map((issue) => describeProblem(issue, given)));
}

/** Lists a process's settings, so that a test can hold the documentation to them. */
export function describeConfig(schema: ConfigSchema): SettingDescription[] {
  return Object.entries(schema.shape).map(([name, field]) => {
    const unset = z.safeParse(field, undefined);
    const defaultValue = unset.success && unset.data !== undefined ? String(unset.data) : undefined;
    const description = z.globalRegistry.get(field)?.description ?? '';
    return { name, description, defaultValue, isRequired: !unset.success, isSecret: SECRET_NAME.test(name) };
  });
}

function describeProblem(issue: z.core.$ZodIssue, given: Readonly<Record<string, string>>): string {
  const name = String(issue.path[0] ?? 'environment');
  const value = given[name];
  // A rule between settings says which of them it needs.
  if (value === undefined) return `${name}: ${issue.code === 'custom' ? issue.message : 'required, but not set'}`;
  const shown = SECRET_NAME.test(name) ? 'a value that is not shown' : JSON.stringify(value.slice(0, SHOWN_LENGTH_MAX));
  return `${name}: ${issue.message}; got ${shown}`;
}
