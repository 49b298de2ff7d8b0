// services/worker/src/plan-batch.ts
import {
  contentHashOf,
  eventKeyOf,
  findImplausible,
  formatTime as formatTime2,
  splitByDay
} from "@hopsmeter/usage";

// services/worker/src/describe-event.ts
import { formatQuantity, formatTime } from "@hopsmeter/usage";
function describeEvent(event) {
  const { id, sourcePath, type, subject, namespace, gpuModel, start, end, usages } = event;
  return JSON.stringify({
    id,
    sourcePath,
    type,
    subject,
    namespace,
    gpuModel,
    start: formatTime(start),
    end: formatTime(end),
    usages: usages.map(({ meter, quantity }) => ({ meter, quantity: formatQuantity(quantity) }))
  });
}

// services/worker/src/plan-batch.ts
function planBatch(batch, directory, setAside = /* @__PURE__ */ new Map()) {
  const plan = {
    directory,
    ledger: [],
    parked: [],
    attributions: intern(),
    windows: intern(),
    rates: /* @__PURE__ */ new Map()
  };
  const contents = /* @__PURE__ */ new Map();
  let duplicatesWithin = 0;
  let position = 0;
  for (const request of batch.requests) {
    const end = position + request.eventCount;
    for (; position < end; position++) {
      const event = batch.events[position];
      if (event === void 0) throw new RangeError("the requests of a batch count more events than it has");
      const eventKey = eventKeyOf(request.clusterId, event);
      const contentHash = contentHashOf(event);
      const firstContent = contents.get(eventKey);
      if (firstContent === contentHash) {
        duplicatesWithin++;
        continue;
      }
      if (firstContent === void 0) contents.set(eventKey, contentHash);
      const problem = firstContent === void 0 ? setAside.get(position) : CONFLICT_WITHIN_BATCH;
      planEvent(plan, { request, event, eventKey, contentHash, position }, problem);
    }
  }
  if (position !== batch.events.length) throw new RangeError("the requests of a batch count fewer events than it has");
  return {
    batchId: batch.id,
    directoryVersion: directory.version,
    receivedAt: batch.requests.reduce((first, { receivedAt }) => Math.min(first, receivedAt), Number.POSITIVE_INFINITY),
    eventCount: batch.events.length,
    requests: JSON.stringify(
      batch.requests.map((request) => ({ ...request, receivedAt: formatTime2(request.receivedAt) }))
    ),
    duplicatesWithin,
    attributions: plan.attributions.values,
    windows: plan.windows.values,
    ledger: plan.ledger,
    parked: plan.parked,
    rates: [...plan.rates.values()]
  };
}
var CONFLICT_WITHIN_BATCH = {
  reason: "conflict",
  detail: "an event before it in the same batch has this identity and another content"
};
function planEvent(plan, candidate, problem) {
  const { request, event, eventKey, contentHash, position } = candidate;
  const found = problem ?? attributeEvent(plan.directory, request.clusterId, event);
  if ("reason" in found) {
    park(plan, candidate, found.reason, found.detail);
    return;
  }
  const { attributedBy, accountOwnerId, userId, projectId } = found;
  const parts = splitByDay(event).map(({ day, usages }) => ({
    day,
    usages: usages.map(({ meter, quantity }) => ({ meter: plan.directory.meterOf(meter, event.gpuModel), quantity }))
  }));
  for (const { day, usages } of parts) {
    for (const { meter } of usages) {
      const problemOfMeter = addRate(plan, meter, day);
      if (problemOfMeter === void 0) continue;
      park(plan, candidate, problemOfMeter.reason, problemOfMeter.detail);
      return;
    }
  }
  const attribution = plan.attributions.placeOf(
    `${accountOwnerId}\0${userId}\0${request.clusterId}\0${projectId ?? ""}`,
    () => ({ accountOwnerId, userId, clusterId: request.clusterId, projectId })
  );
  const { start, end, sourcePath, id: eventId, type: eventType } = event;
  const window = plan.windows.placeOf(`${start}/${end}`, () => ({ start, end }));
  const same = { eventKey, contentHash, position, attribution, window, sourcePath, eventId, eventType, attributedBy };
  parts.forEach(({ day, usages }, part) => {
    plan.ledger.push({ ...same, part, day, usages });
  });
}
function attributeEvent(directory, clusterId, event) {
  const implausible = findImplausible(event);
  if (implausible !== void 0) return { reason: "implausible", detail: implausible };
  return directory.attribute(clusterId, event);
}
function addRate(plan, meter, day) {
  const key = `${meter}/${day}`;
  if (plan.rates.has(key)) return void 0;
  if (!plan.directory.hasMeter(meter)) return { reason: "unknown_meter", detail: `${meter} is not a registered meter` };
  const rate = plan.directory.rateOf(meter, day);
  if (rate === void 0) return { reason: "no_rate", detail: `${meter} has no price on that day` };
  plan.rates.set(key, { day, rate });
  return void 0;
}
function park(plan, candidate, reason, detail) {
  const { request, event, eventKey, contentHash, position } = candidate;
  plan.parked.push({
    eventKey,
    contentHash,
    position,
    clusterId: request.clusterId,
    sourcePath: event.sourcePath,
    eventId: event.id,
    reason,
    detail,
    event: describeEvent(event)
  });
}
function intern() {
  const values = [];
  const places = /* @__PURE__ */ new Map();
  return {
    values,
    placeOf(key, create) {
      const known = places.get(key);
      if (known !== void 0) return known;
      places.set(key, values.length);
      return values.push(create()) - 1;
    }
  };
}
export {
  planBatch
};
