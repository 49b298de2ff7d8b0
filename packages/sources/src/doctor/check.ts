import { SourceError, type SourceErrorCode } from '../source-error.ts';

/** What became of one check. */
export type CheckResult = {
  /** What was checked: `Hopsworks`. */
  readonly name: string;
  /** `warning`: it works, and a person should know something. */
  readonly status: 'fine' | 'warning' | 'failed';
  /** One line: what was found, and for a failure what to do. */
  readonly text: string;
};

/** What a check found. */
export type Finding = { readonly text: string; readonly warning?: string | undefined };

export type Check = {
  readonly name: string;
  /** What to do about a failure; of all others its message says enough. */
  readonly advice: Partial<Record<SourceErrorCode, string>>;
  /** @throws SourceError, or CheckFailure */
  readonly run: (signal: AbortSignal) => Promise<Finding>;
};

/** Something is not as it should be; the message says what, and what to do. */
export class CheckFailure extends Error {
  override readonly name = 'CheckFailure';
}

/** Runs a check. What fails is a result too. @throws the signal's reason. */
export async function runCheck({ name, advice, run }: Check, signal: AbortSignal): Promise<CheckResult> {
  try {
    const { text, warning } = await run(signal);
    if (warning === undefined) return { name, status: 'fine', text: oneLine(text) };
    return { name, status: 'warning', text: oneLine(`${text}; ${warning}`) };
  } catch (error) {
    signal.throwIfAborted();
    return { name, status: 'failed', text: oneLine(describeFailure(error, advice)) };
  }
}

function describeFailure(error: unknown, advice: Check['advice']): string {
  if (!(error instanceof SourceError)) return error instanceof Error ? error.message : String(error);
  const whatToDo = advice[error.code];
  return whatToDo === undefined ? error.message : `${error.message}: ${whatToDo}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
