import { ConfigError, loadConfig } from '@hopsmeter/runtime';
import {
  type CheckResult,
  type CollectorSettings,
  checkSettings,
  collectorSettingsSchema,
  type DoctorContext,
} from '@hopsmeter/sources';
import type { Screen } from '../console/screen.ts';

export type DoctorOptions = {
  /** One JSON object for each check, for programs. */
  readonly json: boolean;
};

export type RunDoctorContext = DoctorContext & {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly screen: Pick<Screen, 'line'>;
};

const MARKS = { fine: '✓', warning: '!', failed: '✗' } as const;

/** `hopsmeter doctor`: says of each thing that a collector needs whether it works, and what to do when not. */
export async function runDoctor({ json }: DoctorOptions, context: RunDoctorContext): Promise<0 | 1> {
  let hasFailed = false;
  for await (const result of check(context)) {
    const { name, status, text } = result;
    context.screen.line(json ? JSON.stringify(result) : `${MARKS[status]} ${name}: ${text}`);
    if (status === 'failed') hasFailed = true;
  }
  return hasFailed ? 1 : 0;
}

async function* check({ env, ...context }: RunDoctorContext): AsyncGenerator<CheckResult> {
  const read = readSettings(env);
  if ('settings' in read) yield* checkSettings(read.settings, context);
  else for (const text of read.problems) yield { name: 'settings', status: 'failed', text };
}

function readSettings(
  env: RunDoctorContext['env'],
): { readonly settings: CollectorSettings } | { readonly problems: readonly string[] } {
  try {
    return { settings: loadConfig(collectorSettingsSchema, env) };
  } catch (error) {
    if (error instanceof ConfigError) return { problems: error.problems };
    throw error;
  }
}
