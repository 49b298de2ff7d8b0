/** What went wrong; a message always says what to do next, a code is for code. */
export type StackErrorCode =
  | 'CHROMIUM_MISSING'
  | 'COMMAND_FAILED'
  | 'DIRECTORY_IN_USE'
  | 'MARIADB_MISSING'
  | 'NOT_READY'
  | 'PGBOUNCER_MISSING'
  | 'PLATFORM_UNSUPPORTED'
  | 'PORT_TAKEN'
  | 'PROMETHEUS_MISSING'
  | 'REDIS_MISSING'
  | 'SECRET_MISSING'
  | 'USER_UNUSABLE';

/** The error of this package. */
export class StackError extends Error {
  override readonly name = 'StackError';
  readonly code: StackErrorCode;

  constructor(code: StackErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
