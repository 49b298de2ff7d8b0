/**
 * Events that ingest has to refuse one by one, as JSON text: some of it no JSON writer writes. None of them may keep
 * the good events of its batch from being counted.
 */
const POISON: readonly ((source: string, id: string) => string)[] = [
  (source, id) => event(source, `${id}\\u0000`, '1'),
  (source, id) => event(source, `${id}\\ud800`, '1'),
  (source, id) => event(source, id, '1e400'),
  (source, id) => event(source, id, '-1'),
  (source, id) => event(source, id, '"NaN"'),
  (source, id) => event(source, id, '1').replace('"namespace"', '"namespce"'),
  () => 'null',
];

/** One of them, by a number. */
export function poisonOf(source: string, id: string, which: number): string {
  return POISON[which % POISON.length]?.(source, id) ?? 'null';
}

function event(source: string, id: string, quantity: string): string {
  const time = new Date(Date.now() - 7_200_000).toISOString();
  return `{"specversion":"1.0","id":"${id}","source":"${source}","type":"ai.hopsworks.usage.meter.v1","time":"${time}",
    "data":{"meter":"model_calls","quantity":${quantity},"namespace":"poison"}}`;
}
