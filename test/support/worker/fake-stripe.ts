import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { MICROS_PER_MS, type Micros } from '@hopsmeter/usage';

/**
 * What happens to a call instead of what should. `before` and `after`: whether the event was taken by then.
 *
 * - `500 before`, `500 after`: an error of Stripe's, which it then repeats for the same idempotency key
 * - `silence after`: the event is taken and no answer comes
 * - `reset before`, `reset after`: the connection breaks
 * - `429`: too many requests, with Retry-After
 * - `400`: the event is refused; `401`: the key is
 */
export type StripeFault =
  | '500 before'
  | '500 after'
  | 'silence after'
  | 'reset before'
  | 'reset after'
  | '429'
  | '400'
  | '401';

/** A meter event that was taken, and so is on an invoice. */
export type TakenMeterEvent = {
  readonly identifier: string;
  readonly eventName: string;
  readonly customer: string;
  readonly value: bigint;
  /** The time that it was sent with, in seconds since 1970. */
  readonly timestamp: number;
};

export type FakeStripe = {
  readonly url: URL;
  /** Everything that was taken, in order. */
  readonly taken: readonly TakenMeterEvent[];
  /** Calls that came, also those that failed. */
  callCount(): number;
  /** Rules of the API that a call broke; there must be none. */
  readonly violations: readonly string[];
  /** What happens to the next calls, in order, instead of what was said before; undefined is nothing. */
  fail(...faults: readonly (StripeFault | undefined)[]): void;
  /** The sum of what was taken. */
  sumOf(customer: string, eventName: string): bigint;
  /** Keeps answers back until the returned function is called. */
  hold(): () => void;
  close(): Promise<void>;
};

const DAY_MICROS = 86_400_000_000;

/** What Stripe asks a client to wait for, in seconds. */
export const FAKE_RETRY_AFTER_SECONDS = 7;

type Answer = { readonly status: number; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> };

/**
 * A Stripe of a test's own, on loopback: `POST /v1/billing/meter_events` as its documentation has it.
 *
 * - An identifier is refused for 24 hours after it was taken, with 400, and taken again afterwards.
 * - Answers, errors of its own included, are repeated for an idempotency key for 24 hours.
 * - Values are whole numbers above zero; times lie at most 35 days back and 5 minutes ahead.
 * - One call at a time for a customer and event name, else 429.
 *
 * @param now the time as Stripe sees it
 */
export async function startFakeStripe(now: () => Micros): Promise<FakeStripe> {
  const taken: TakenMeterEvent[] = [];
  const violations: string[] = [];
  const faults: (StripeFault | undefined)[] = [];
  const identifiers = new Map<string, Micros>();
  const answers = new Map<string, { readonly at: Micros; readonly answer: Answer }>();
  const busy = new Set<string>();
  let calls = 0;
  let held: Promise<void> | undefined;

  const take = (form: URLSearchParams): Answer => {
    const event = readEvent(form, now(), violations);
    const takenAt = identifiers.get(event.identifier);
    if (takenAt !== undefined && now() - takenAt < DAY_MICROS)
      return refusal(400, `An event already exists with identifier ${event.identifier}.`);
    const age = now() / 1_000_000 - event.timestamp;
    if (age > 35 * 86_400 || age < -300) return refusal(400, 'The timestamp must be within the past 35 days.');
    identifiers.set(event.identifier, now());
    taken.push(event);
    return { status: 200, body: { object: 'billing.meter_event', identifier: event.identifier } };
  };

  const answerTo = (form: URLSearchParams, fault: StripeFault | undefined): Answer => {
    if (fault === '401') return refusal(401, 'Invalid API Key provided.');
    if (fault === '400') return refusal(400, 'No active meter found for that event name.');
    if (fault === '429')
      return { ...refusal(429, 'Too many requests.'), headers: { 'retry-after': String(FAKE_RETRY_AFTER_SECONDS) } };
    if (fault === '500 before') return refusal(500, 'Something went wrong.');
    const answer = take(form);
    return fault === '500 after' ? refusal(500, 'Something went wrong.') : answer;
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    calls++;
    const form = new URLSearchParams(await readBody(request));
    const fault = faults.shift();
    const stream = `${form.get('payload[stripe_customer_id]')} ${form.get('event_name')}`;
    const key = String(request.headers['idempotency-key']);
    const known = answers.get(key);
    if (fault === 'reset before') return void request.socket.destroy();
    if (busy.has(stream)) return send(response, refusal(429, 'Another call for this customer and meter is running.'));
    busy.add(stream);
    try {
      const isKnown = known !== undefined && now() - known.at < DAY_MICROS;
      const answer = isKnown ? known.answer : answerTo(form, fault);
      if (answer.status === 200 || answer.status >= 500) answers.set(key, { at: known?.at ?? now(), answer });
      await held;
      if (fault === 'reset after') request.socket.destroy();
      else if (fault !== 'silence after') send(response, answer);
    } finally {
      busy.delete(stream);
    }
  };

  const server = createServer((request, response) => {
    if (request.method !== 'POST' || request.url !== '/v1/billing/meter_events')
      return send(response, refusal(404, 'Unrecognized request URL.'));
    handle(request, response).catch((error: unknown) => {
      violations.push(String(error));
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the fake has no port');
  return {
    url: new URL(`http://127.0.0.1:${address.port}`),
    taken,
    violations,
    callCount: () => calls,
    fail: (...next) => void faults.splice(0, faults.length, ...next),
    sumOf: (customer, eventName) =>
      taken
        .filter((event) => event.customer === customer && event.eventName === eventName)
        .reduce((sum, { value }) => sum + value, 0n),
    hold() {
      let release = (): void => undefined;
      held = new Promise((resolve) => {
        release = resolve;
      });
      return () => {
        held = undefined;
        release();
      };
    },
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** The microsecond of a moment that a test names. */
export function microsOf(moment: string): Micros {
  return Date.parse(moment) * MICROS_PER_MS;
}

function readEvent(form: URLSearchParams, now: Micros, violations: string[]): TakenMeterEvent {
  const textOf = (field: string): string => form.get(field) ?? '';
  const value = textOf('payload[value]');
  if (!/^[1-9]\d{0,11}$/.test(value)) violations.push(`the value ${value} is not a whole number above zero`);
  const timestamp = textOf('timestamp');
  if (!/^\d+$/.test(timestamp)) violations.push(`the timestamp ${timestamp} is not in whole seconds`);
  if (Number(timestamp) * 1_000_000 < now - 35 * DAY_MICROS) violations.push(`the timestamp ${timestamp} is too old`);
  const identifier = textOf('identifier');
  if (identifier === '' || identifier.length > 100) violations.push(`the identifier ${identifier} has a wrong length`);
  if (!/^cus_\w+$/.test(textOf('payload[stripe_customer_id]'))) violations.push('there is no customer');
  return {
    identifier,
    eventName: textOf('event_name'),
    customer: textOf('payload[stripe_customer_id]'),
    value: /^\d+$/.test(value) ? BigInt(value) : 0n,
    timestamp: Number(timestamp),
  };
}

function refusal(status: number, message: string): Answer {
  return { status, body: { error: { type: status >= 500 ? 'api_error' : 'invalid_request_error', message } } };
}

function send(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}
