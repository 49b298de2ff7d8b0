import type { IncomingHttpHeaders } from 'node:http';
import { type HttpApp, sendProblem } from '@hopsmeter/runtime';
import { type Micros, RequestError } from '@hopsmeter/usage';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AdmissionGate } from './admission-gate.ts';
import { readBinaryEvent } from './binary-event.ts';
import type { ClusterKey, ClusterKeySnapshot } from './cluster-key-snapshot.ts';
import { type ContentMode, readContentForm } from './content-mode.ts';
import { EVENTS_PATH } from './events-path.ts';
import type { GroupCommit } from './group-commit.ts';
import type { IngestMetrics } from './ingest-metrics.ts';
import type { KeyLimits } from './key-limits.ts';
import { createLateAnswers } from './late-answers.ts';
import { REQUEST_EVENTS_MAX } from './limits.ts';
import { parseJson } from './parse-json.ts';
import { discardBody, readBody } from './read-body.ts';
import type { TrafficLog } from './traffic-log.ts';
import { createTurns, runAtOnce, type Steps, TURN_BYTES_MIN, type Turns } from './turns.ts';
import {
  areAllForeign,
  listErrors,
  refuse,
  secondsUntil,
  type ValidatedEvents,
  validateEvents,
} from './validate-events.ts';

export type PostEventsDeps = {
  readonly keys: ClusterKeySnapshot;
  readonly limits: KeyLimits;
  readonly gate: AdmissionGate;
  readonly group: GroupCommit;
  readonly metrics: IngestMetrics;
  readonly traffic: TrafficLog;
  readonly now: () => Micros;
};

/**
 * Adds `POST /api/v1/events`. A request is judged by its headers before a byte of its body is read; every event is
 * judged on its own; the good ones are acknowledged when they are on disk.
 */
export function addPostEvents(app: HttpApp, deps: PostEventsDeps): void {
  const late = createLateAnswers();
  const inner = { ...deps, turns: createTurns() };
  app.register(async (scope) => {
    // The body is read by the handler, after the headers were judged; nothing may be parsed before.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.post(EVENTS_PATH, async (request, reply) => {
      let key: ClusterKey | undefined;
      try {
        const found = deps.keys.authenticate(request.headers.authorization);
        // No wait for a known key: a promise would give up the turn of the event loop in which requests gather.
        key = found instanceof Promise ? await found : found;
        return await postEvents(inner, key, request, reply);
      } catch (error) {
        // Before the body is read: a connection that waits sends nothing more.
        if (error instanceof RequestError && error.code === 'RATE_LIMITED') await late.hold();
        await discardBody(request.raw, !reply.raw.shouldKeepAlive);
        // What is no RequestError is a bug; the shell logs it in full.
        if (error instanceof RequestError)
          deps.traffic.noteRefused(error.code, describeRefusal(error, request.id, key));
        throw error;
      }
    });
  });
}

async function postEvents(
  deps: PostEventsDeps & { readonly turns: Turns },
  key: ClusterKey,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { limits, gate, group, metrics, traffic, turns, now } = deps;
  const receivedAt = now();
  const allowance = limits.admit(key.id, receivedAt);
  const { mode, isGzip } = readContentForm(request.headers);
  const admission = gate.admit(key.clusterId);
  try {
    const body = await readBody(request.raw, isGzip, admission.take);
    const reading = readEvents(mode, request.headers, body, { clusterId: key.clusterId, now: receivedAt });
    const events =
      body.length < TURN_BYTES_MIN
        ? runAtOnce(reading)
        : // Others of its key may have used up meanwhile what was left when it was let in.
          await turns.run(
            key.id,
            checkFirst(() => limits.check(allowance), reading),
          );
    metrics.noteEvents(events);
    // The refused ones too: reading them is what costs.
    limits.charge(allowance, events.accepted.length + events.rejected.length);
    if (events.rejected.length > 0) noteRejected(traffic, key, request.id, events);
    if (events.accepted.length === 0 && events.rejected.length > 0) return refuseAll(reply, events, receivedAt);
    if (events.accepted.length > 0)
      await group.commit({
        request: {
          requestId: request.id,
          clusterId: key.clusterId,
          clusterKeyId: key.id,
          receivedAt,
          eventCount: events.accepted.length,
        },
        events: events.accepted,
        bytes: body.length,
      });
    traffic.noteAccepted(events.accepted.length);
    return reply.code(202).header('content-type', 'application/json').send(writeAnswer(events, receivedAt));
  } finally {
    admission.release();
  }
}

function* checkFirst<T>(check: () => void, steps: Steps<T>): Steps<T> {
  check();
  return yield* steps;
}

function* readEvents(
  mode: ContentMode,
  headers: IncomingHttpHeaders,
  body: Buffer,
  context: { readonly clusterId: string; readonly now: Micros },
): Steps<ValidatedEvents> {
  const value = mode === 'binary' && body.length === 0 ? undefined : parseJson(body);
  if (mode === 'binary') {
    const binary = readBinaryEvent(headers, value);
    return binary.ok
      ? yield* validateEvents([binary.event], context)
      : { accepted: [], rejected: [refuse(0, undefined, [binary.problem])] };
  }
  if (mode === 'batched' && !Array.isArray(value))
    throw new RequestError('INVALID_REQUEST', 'expected an array of events');
  if (mode === 'structured' && Array.isArray(value))
    throw new RequestError('INVALID_REQUEST', 'expected one event, found an array');
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (values.length > REQUEST_EVENTS_MAX)
    throw new RequestError('TOO_MANY_EVENTS', `${values.length} events, at most ${REQUEST_EVENTS_MAX} are allowed`);
  // Parsing is one step, which cannot be divided, and takes about as long as the others together.
  if (values.length > 1) yield;
  return yield* validateEvents(values, context);
}

/**
 * An event that can be taken later makes it a request to send again: a sender that gives up on a 400 must not lose it.
 */
function refuseAll(reply: FastifyReply, { rejected }: ValidatedEvents, now: Micros): FastifyReply {
  const errors = listErrors(rejected, now);
  const retryAts = rejected.flatMap(({ retryAt }) => (retryAt === undefined ? [] : [retryAt]));
  if (retryAts.length > 0) {
    const options = { retryAfterSeconds: secondsUntil(Math.min(...retryAts), now) };
    return sendProblem(reply, new RequestError('EVENTS_TOO_EARLY', 'send them again unchanged', options), errors);
  }
  const code = areAllForeign(rejected) ? 'FOREIGN_SOURCE_ONLY' : 'NO_USABLE_EVENT';
  return sendProblem(reply, new RequestError(code), errors);
}

/** Written by hand when all is well: the answer that nearly every request gets. */
function writeAnswer({ accepted, rejected }: ValidatedEvents, now: Micros): string {
  if (rejected.length === 0) return `{"accepted":${accepted.length},"rejected":0,"errors":[]}`;
  return JSON.stringify({ accepted: accepted.length, rejected: rejected.length, errors: listErrors(rejected, now) });
}

function describeRefusal(error: RequestError, requestId: string, key: ClusterKey | undefined): Record<string, unknown> {
  return { requestId, clusterId: key?.clusterId, clusterKeyId: key?.id, detail: error.detail, err: error.cause };
}

function noteRejected(
  traffic: TrafficLog,
  key: ClusterKey,
  requestId: string,
  { accepted, rejected }: ValidatedEvents,
): void {
  const problem = rejected[0]?.problems[0];
  traffic.noteRefused(problem?.code ?? 'UNKNOWN', {
    requestId,
    clusterId: key.clusterId,
    clusterKeyId: key.id,
    pointer: problem?.pointer,
    accepted: accepted.length,
    rejected: rejected.length,
  });
}
