/** Why a source has no answer. */
export type SourceErrorCode =
  /** No connection: the address is wrong, or what stands there is away. */
  | 'UNREACHABLE'
  /** It did not answer in time. */
  | 'TIMED_OUT'
  /** It takes our key, password or user for none, or not for this. */
  | 'ACCESS_DENIED'
  /** It says itself that it failed. */
  | 'ANSWER_FAILED'
  /** The answer ended in the middle, is no answer of it, or too large. */
  | 'ANSWER_UNREADABLE'
  /** The clock of the source and ours do not agree on whether the window is over. */
  | 'CLOCK_DIFFERS'
  /** It does not know the window any more, or never did. */
  | 'NOT_KNOWN';

/** A source has no answer; the message says what was asked, what came and, where that is known, what to do. */
export class SourceError extends Error {
  readonly code: SourceErrorCode;
  /** Whether the same question can succeed later; all but `NOT_KNOWN`, because people repair settings. */
  readonly isRetryable: boolean;

  constructor(code: SourceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SourceError';
    this.code = code;
    this.isRetryable = code !== 'NOT_KNOWN';
  }
}
