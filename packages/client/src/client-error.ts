/** Why the client did not do what it was asked to. Codes are stable; messages are for people. */
export const CLIENT_ERRORS = {
  INVALID_OPTION: 'An option of createClient is not what it must be',
  INVALID_EVENT: 'The event can never be accepted as it is; nothing of the call was kept',
  SPOOL_IN_USE: 'Another process is using the spool directory',
  SPOOL_FULL: 'The spool has reached its limit of bytes or age; nothing of the call was kept',
  SPOOL_FAILED: 'The spool could not be written; nothing of the call was kept',
  SPOOL_LOST: 'Another process has taken over the spool directory, so this client can keep nothing more',
  BUFFER_FULL: 'Too many events are waiting in memory; nothing of the call was kept',
  FLUSH_TIMEOUT: 'Not everything was acknowledged in time; the client keeps sending',
  CLOSED: 'The client is closed',
} as const satisfies Record<string, string>;

export type ClientErrorCode = keyof typeof CLIENT_ERRORS;

/** Whether the same call can succeed later, when the cause has gone. */
const RETRYABLE: ReadonlySet<ClientErrorCode> = new Set(['SPOOL_FULL', 'SPOOL_FAILED', 'BUFFER_FULL', 'FLUSH_TIMEOUT']);

/** What `createClient` and the methods of a client reject with. */
export class ClientError extends Error {
  readonly code: ClientErrorCode;
  /** Whether the same call can succeed later. Sending an event again is always harmless: its id is the same. */
  readonly isRetryable: boolean;

  constructor(code: ClientErrorCode, detail: string, options?: { readonly cause?: unknown }) {
    super(`${CLIENT_ERRORS[code]}: ${detail}`, options);
    this.name = 'ClientError';
    this.code = code;
    this.isRetryable = RETRYABLE.has(code);
  }
}
