import type { z } from 'zod';
import { ConfigError, type ConfigSchema, loadConfig } from './load-config.ts';

/** EX_CONFIG of sysexits.h: a supervisor that knows it does not restart the process. */
export const CONFIG_EXIT_CODE = 78;

/** The part of `process` that this needs; tests pass their own. */
export type ConfigHost = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stderr: { write(text: string): unknown };
  exit(code: number): never;
};

/**
 * Reads the settings of a process that is starting. If they do not fit, it writes all that is wrong to standard error
 * and exits with {@link CONFIG_EXIT_CODE}: a restart would not help. Only `main.ts` calls this.
 *
 * @param service said before the problems, because several services may share a terminal.
 */
export function loadConfigOrExit<S extends ConfigSchema>(
  service: string,
  schema: S,
  host: ConfigHost = process,
): z.output<S> {
  try {
    return loadConfig(schema, host.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    host.stderr.write(`${service}: ${error.message}\n`);
    return host.exit(CONFIG_EXIT_CODE);
  }
}
