import type { Micros } from './time.ts';

/**
 * Every error that a client can see, by its stable code. A code is never reused for another meaning; docs/api.md lists
 * them and a test compares the two.
 */

/** What went wrong, in the words that a transport turns into its own (HTTP: a status). */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'not_acceptable'
  | 'conflict'
  | 'timeout'
  | 'too_large'
  | 'unsupported'
  | 'rate_limited'
  | 'unavailable'
  | 'internal';

type ErrorEntry = { readonly kind: ErrorKind; readonly title: string };

/** Errors of a whole request. */
export const REQUEST_ERRORS = {
  UNAUTHENTICATED: { kind: 'unauthenticated', title: 'A valid key or token is required' },
  FORBIDDEN: { kind: 'forbidden', title: 'This caller may not do that' },
  FOREIGN_SOURCE_ONLY: { kind: 'forbidden', title: 'Every event names a source that is not the cluster of this key' },
  NOT_FOUND: { kind: 'not_found', title: 'There is nothing at this address' },
  METHOD_NOT_ALLOWED: { kind: 'method_not_allowed', title: 'This address does not take that method' },
  NOT_ACCEPTABLE: { kind: 'not_acceptable', title: 'This address has nothing of the accepted content types' },
  INVALID_REQUEST: { kind: 'invalid', title: 'The request does not have the documented form' },
  INVALID_JSON: { kind: 'invalid', title: 'The body is not valid JSON' },
  INVALID_ENCODING: { kind: 'invalid', title: 'The body does not match its Content-Encoding' },
  NO_USABLE_EVENT: { kind: 'invalid', title: 'No event in the request could be accepted' },
  EVENTS_TOO_EARLY: { kind: 'unavailable', title: 'Events of the request are ahead of our clock' },
  REASON_REQUIRED: { kind: 'invalid', title: 'A change of the past needs a reason' },
  MOMENT_IN_FUTURE: { kind: 'invalid', title: 'The moment lies in the future' },
  MOMENT_TOO_OLD: { kind: 'invalid', title: 'The moment lies before what can still be changed' },
  UNKNOWN_REFERENCE: { kind: 'invalid', title: 'The request names something that does not exist' },
  INVALID_VALIDITY: { kind: 'invalid', title: 'The validity does not end after it starts' },
  DRY_RUN_REQUIRED: { kind: 'invalid', title: 'A change of prices of the past needs the fingerprint of a dry run' },
  STALE_DRY_RUN: { kind: 'conflict', title: 'Prices or closed months are not what they were in the dry run' },
  OVERLAPPING_VALIDITY: { kind: 'conflict', title: 'The account has another override of that kind at that time' },
  RATE_GAP: { kind: 'conflict', title: 'A meter that has a price would have none on some day' },
  RATE_CARD_EXISTS: { kind: 'conflict', title: 'There is another rate card with this name' },
  METER_EXISTS: { kind: 'conflict', title: 'There is another meter with this name' },
  TWO_LEVELS: { kind: 'conflict', title: 'An account has two levels only: an owner and members' },
  USER_EXISTS: { kind: 'conflict', title: 'There is another user with this id' },
  ALREADY_MEMBER: { kind: 'conflict', title: 'The user is a member of another account' },
  INVITE_PENDING: { kind: 'conflict', title: 'This address has an invitation already' },
  INVITE_ENDED: { kind: 'conflict', title: 'The invitation was accepted, was revoked or has expired' },
  CLUSTER_EXISTS: { kind: 'conflict', title: 'There is another cluster with this name' },
  CLUSTER_FULL: { kind: 'conflict', title: 'The cluster has no room for so many users' },
  CLUSTER_INACTIVE: { kind: 'conflict', title: 'The cluster takes no users' },
  NO_CLUSTER_WITH_ROOM: { kind: 'conflict', title: 'No active cluster has room' },
  OWNER_NOT_ASSIGNED: { kind: 'conflict', title: 'A member follows an owner who is on no cluster' },
  MEMBER_FOLLOWS_OWNER: { kind: 'conflict', title: 'A member is on the cluster of their owner' },
  USER_NOT_ON_CLUSTER: { kind: 'conflict', title: 'The user was not on the cluster at that time' },
  NAMESPACE_TAKEN: { kind: 'conflict', title: 'Another project has the namespace at that time' },
  PROJECT_ENDED: { kind: 'conflict', title: 'The project has ended' },
  ALIAS_TAKEN: { kind: 'conflict', title: 'The alias is of another user of the cluster at that time' },
  USAGE_COUNTED_LATER: { kind: 'conflict', title: 'Usage after that moment is counted already' },
  TOO_MANY_KEYS: { kind: 'conflict', title: 'The cluster has as many live keys as it may have' },
  KEY_ENDED: { kind: 'conflict', title: 'The key is revoked or has expired' },
  MONTH_NOT_ENDED: { kind: 'conflict', title: 'The month has not ended' },
  MONTH_CLOSED: { kind: 'conflict', title: 'The month is closed, or a later one is' },
  EARLIER_MONTH_OPEN: { kind: 'conflict', title: 'An earlier month with usage has to be closed first' },
  PRICE_CHANGE_APPLYING: { kind: 'conflict', title: 'A change of prices is still being applied' },
  USAGE_WAITING: { kind: 'conflict', title: 'Something waits that may still change the month' },
  AMOUNT_TOO_LARGE: { kind: 'conflict', title: 'An amount does not fit on a statement' },
  DIFFERS_IN_CLOSED_MONTH: {
    kind: 'conflict',
    title: 'What differs is booked in closed months, which no repair touches',
  },
  RECONCILIATION_RUNNING: { kind: 'conflict', title: 'The reconciliation is not done yet' },
  NOT_REPAIRABLE: { kind: 'conflict', title: 'The rollup cannot take what the ledger says' },
  STRIPE_CUSTOMER_TAKEN: { kind: 'conflict', title: 'The Stripe customer pays for another account' },
  STRIPE_USAGE_SENT: { kind: 'conflict', title: 'Usage of those days may be at Stripe already' },
  REMITTANCE_NOT_OPEN: { kind: 'conflict', title: 'The remittance is on its way or settled' },
  GRANT_EXISTS: { kind: 'conflict', title: 'There is another grant with this reference' },
  GRANT_REVOKED: { kind: 'conflict', title: 'The grant with this reference was revoked' },
  TOO_MANY_GRANTS: { kind: 'conflict', title: 'The account has as many grants as it may have' },
  WEBHOOKS_OFF: { kind: 'conflict', title: 'Webhooks are not configured' },
  TOO_MANY_WEBHOOKS: { kind: 'conflict', title: 'There are as many webhooks as there may be' },
  WEBHOOK_DISABLED: { kind: 'conflict', title: 'The webhook is disabled' },
  WEBHOOK_DELIVERED: { kind: 'conflict', title: 'The alert was delivered' },
  RULE_EXISTS: { kind: 'conflict', title: 'The cluster has another rule with this pattern' },
  TOO_MANY_RULES: { kind: 'conflict', title: 'The cluster has as many rules as it may have' },
  COMPARISON_OFF: { kind: 'conflict', title: 'No application database is configured to compare with' },
  FOLLOWING_NOT_HELD: { kind: 'conflict', title: 'Nothing is missing of the application that a person has to confirm' },
  IMPORTED_USAGE: { kind: 'conflict', title: 'Imported usage keeps what was billed' },
  NOT_COUNTED: { kind: 'conflict', title: 'The event is not counted, so there is nothing to correct' },
  NOT_A_CONFLICT: { kind: 'conflict', title: 'The parked event does not wait as a conflict' },
  NOT_DECIDABLE: { kind: 'conflict', title: 'No correction can say what the parked event says' },
  INVALID_ROWS: { kind: 'invalid', title: 'Rows of the file are not usage' },
  REQUEST_TIMEOUT: { kind: 'timeout', title: 'The request did not arrive in time' },
  BODY_TOO_LARGE: { kind: 'too_large', title: 'The body is larger than allowed' },
  TOO_MANY_EVENTS: { kind: 'too_large', title: 'The request holds more events than allowed' },
  TOO_MANY_VALUES: { kind: 'too_large', title: 'The body holds more values than allowed' },
  UNSUPPORTED_MEDIA_TYPE: { kind: 'unsupported', title: 'The content type is not one that this address takes' },
  UNSUPPORTED_ENCODING: { kind: 'unsupported', title: 'The content encoding is not one that this address takes' },
  RATE_LIMITED: { kind: 'rate_limited', title: 'Too many requests' },
  BACKPRESSURE: { kind: 'unavailable', title: 'The queue takes no more for the moment' },
  QUEUE_UNAVAILABLE: { kind: 'unavailable', title: 'The queue did not confirm the events' },
  APPLICATION_UNREADABLE: { kind: 'unavailable', title: 'The application database cannot be read' },
  NOT_READY: { kind: 'unavailable', title: 'The service is starting, stopping or waiting for something it needs' },
  INTERNAL: { kind: 'internal', title: 'Something went wrong on our side' },
} as const satisfies Record<string, ErrorEntry>;

/** Errors of one event; the other events of its request are not affected. */
export const EVENT_ERRORS = {
  NOT_AN_OBJECT: 'The event is not a JSON object',
  MISSING_FIELD: 'A required field is missing',
  WRONG_TYPE: 'A field has the wrong JSON type',
  UNKNOWN_FIELD: 'The data holds a field that this event type does not have',
  UNSUPPORTED_SPEC_VERSION: 'Only CloudEvents 1.0 is understood',
  UNKNOWN_EVENT_TYPE: 'The event type is not one that is metered',
  INVALID_TEXT: 'A text is empty, too long, not well-formed Unicode or holds control characters',
  FOREIGN_SOURCE: 'The source is not the cluster of the key',
  UNSUPPORTED_DATA: 'The data must be JSON in the field data',
  INVALID_TIME: 'A time is not RFC 3339',
  TIME_IN_FUTURE: 'A time is more than 5 minutes ahead',
  TIME_TOO_OLD: 'The usage is older than the ledger reaches back',
  INVALID_WINDOW: 'The window does not end after it starts',
  INVALID_QUANTITY: 'A quantity is not a finite decimal number',
  NEGATIVE_QUANTITY: 'A quantity is negative',
  QUANTITY_TOO_LARGE: 'A quantity is larger than any meter can take',
  INVALID_COUNT: 'A count is not a whole number from 0',
  TOO_MANY_METERS: 'The event names more meters than allowed',
  MISSING_WITH_USAGE: 'A manifest says that its window is missing, and counts usage of it',
  REPEATED_ID: 'Two rows of an import have one id on one cluster',
  REPLACES_ITSELF: 'A correction names itself',
} as const satisfies Record<string, string>;

export type RequestErrorCode = keyof typeof REQUEST_ERRORS;
export type EventErrorCode = keyof typeof EVENT_ERRORS;

/** Why an event was refused: a code, where in the event (RFC 6901 pointer) and what was expected and found. */
export type EventProblem = {
  readonly code: EventErrorCode;
  readonly pointer: string;
  readonly detail: string;
  /** From when on the same is no problem, by our clock; undefined where it stays one. */
  readonly passesAt?: Micros;
};

/**
 * A failure that a client may be told about. `detail` is public; the internal reason belongs into `cause`, which only
 * the log sees.
 */
export class RequestError extends Error {
  readonly code: RequestErrorCode;
  readonly detail: string | undefined;
  /** When a retry can help: after how many seconds. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: RequestErrorCode,
    detail?: string,
    options: { readonly retryAfterSeconds?: number; readonly cause?: unknown } = {},
  ) {
    super(detail ?? REQUEST_ERRORS[code].title, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'RequestError';
    this.code = code;
    this.detail = detail;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
