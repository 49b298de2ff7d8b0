import {
  EVENT_TYPES,
  type EventType,
  type ExactQuantity,
  formatQuantity,
  isDeferred,
  type ReportedEvent,
  type Usage,
} from '@hopsmeter/usage';
import { asArray, asObject, asOptionalText, asText, ColumnsError, type Fields } from './column-values.ts';
import { type DeferredDetails, detailsOf, readDetails, toCommon, toDeferred } from './deferred-columns.ts';

/**
 * Events as columns. Columns with few distinct values are dictionaries, `{values, indexes}`, so that little text is
 * left to compress and to parse: 95 bytes an event instead of 310 as an array of objects, and 1.9 µs of CPU to write
 * and read instead of 4.3.
 *
 * A quantity is its decimal text, as it goes on to the database. In jobs of versions 1 and 2 it is a whole number of
 * 10⁻¹², as text where a double could not hold it.
 */

/** A column with few distinct values. `indexes` is left out when every row has the only value. */
type Dictionary<T> = { readonly values: readonly T[]; readonly indexes?: readonly number[] };

/** The columns as they are written. Reading trusts nothing of it, see {@link readColumns}. */
export type Columns = {
  readonly id: readonly string[];
  readonly sourcePath: Dictionary<string>;
  readonly type: Dictionary<string>;
  readonly subject: Dictionary<string | null>;
  readonly namespace: Dictionary<string | null>;
  readonly gpuModel: Dictionary<string | null>;
  readonly window: Dictionary<readonly [number, number]>;
  /** The meters of an event, in the order of its quantities. */
  readonly meters: Dictionary<readonly string[]>;
  /** The quantities of all events, one after the other. */
  readonly quantities: readonly ExactQuantity[];
  /** What corrections, manifests and projects say beside that, by row; only in batches that have some. */
  readonly deferred?: readonly (readonly [row: number, details: DeferredDetails])[];
};

/** Turns events into columns. */
export function writeColumns(events: readonly ReportedEvent[]): Columns {
  const id: string[] = [];
  const sourcePath = createDictionary<string>();
  const type = createDictionary<string>();
  const subject = createDictionary<string | null>();
  const namespace = createDictionary<string | null>();
  const gpuModel = createDictionary<string | null>();
  const window = createDictionary<readonly [number, number]>();
  const meters = createDictionary<readonly string[]>();
  const quantities: ExactQuantity[] = [];
  const deferred: [number, DeferredDetails][] = [];
  for (const reported of events) {
    const event = isDeferred(reported) ? toCommon(reported) : reported;
    if (isDeferred(reported)) deferred.push([id.length, detailsOf(reported)]);
    id.push(event.id);
    sourcePath.add(event.sourcePath, event.sourcePath);
    type.add(event.type, event.type);
    subject.add(event.subject, event.subject ?? null);
    namespace.add(event.namespace, event.namespace ?? null);
    gpuModel.add(event.gpuModel, event.gpuModel ?? null);
    window.addNew(`${event.start} ${event.end}`, () => [event.start, event.end]);
    let key = '';
    for (const usage of event.usages) {
      // NUL, because no name holds it: with a space a meter named `cpu_hours gpu_hours` would pass for two meters.
      key += `${usage.meter}\0`;
      quantities.push(usage.quantity);
    }
    meters.addNew(key, () => event.usages.map(({ meter }) => meter));
  }
  return {
    id,
    sourcePath: sourcePath.column(),
    type: type.column(),
    subject: subject.column(),
    namespace: namespace.column(),
    gpuModel: gpuModel.column(),
    window: window.column(),
    meters: meters.column(),
    quantities,
    ...(deferred.length === 0 ? {} : { deferred }),
  };
}

function createDictionary<T>() {
  const places = new Map<unknown, number>();
  const values: T[] = [];
  const indexes: number[] = [];
  const addNew = (key: unknown, create: () => T): void => {
    let place = places.get(key);
    if (place === undefined) {
      place = values.length;
      places.set(key, place);
      values.push(create());
    }
    indexes.push(place);
  };
  return {
    add: (key: unknown, value: T): void => addNew(key, () => value),
    addNew,
    column: (): Dictionary<T> => (values.length === 1 ? { values } : { values, indexes }),
  };
}

/**
 * Turns columns back into events. Checks every type, length and index; a schema per event would cost more than all the
 * rest, and what the texts may hold was decided at ingest.
 *
 * @param hasWholeQuantities whether quantities are whole numbers of 10⁻¹² instead of decimal texts.
 * @throws ColumnsError naming the column that is wrong.
 */
export function readColumns(value: unknown, hasWholeQuantities = false): ReportedEvent[] {
  const columns = asObject(value, 'columns');
  const ids = asArray(columns.id, 'id');
  const count = ids.length;
  const sourcePaths = readDictionary(columns, 'sourcePath', count, asText);
  const types = readDictionary(columns, 'type', count, asEventType);
  const subjects = readDictionary(columns, 'subject', count, asOptionalText);
  const namespaces = readDictionary(columns, 'namespace', count, asOptionalText);
  const gpuModels = readDictionary(columns, 'gpuModel', count, asOptionalText);
  const windows = readDictionary(columns, 'window', count, asWindow);
  const meters = readDictionary(columns, 'meters', count, asMeters);
  const quantities = asArray(columns.quantities, 'quantities');
  const readQuantity = hasWholeQuantities ? readWholeQuantity : readDecimalQuantity;
  const details = readDetails(columns.deferred);
  let next = 0;
  const events = ids.map((id, row): ReportedEvent => {
    const { start, end } = windows(row);
    const usages = meters(row).map((meter): Usage => ({ meter, quantity: readQuantity(quantities[next++]) }));
    const type = types(row);
    if (type === 'correction' || type === 'manifest' || type === 'project') {
      const common = {
        id: asText(id, 'id'),
        sourcePath: sourcePaths(row),
        namespace: namespaces(row),
        start,
        end,
        usages,
      };
      return toDeferred(type, common, details.get(row));
    }
    return {
      id: asText(id, 'id'),
      sourcePath: sourcePaths(row),
      type,
      subject: subjects(row),
      namespace: namespaces(row),
      gpuModel: gpuModels(row),
      start,
      end,
      usages,
    };
  });
  if (next !== quantities.length) throw new ColumnsError('quantities: more than the meters take');
  return events;
}

function readDictionary<T>(
  columns: Fields,
  name: string,
  count: number,
  read: (value: unknown, name: string) => T,
): (row: number) => T {
  const column = asObject(columns[name], name);
  // Boxed, so that a missing place can be told from the value `undefined`.
  const values = asArray(column.values, name).map((value) => ({ value: read(value, name) }));
  const [only] = values;
  if (column.indexes === undefined) {
    if (values.length !== 1 || only === undefined) throw new ColumnsError(`${name}: indexes are missing`);
    return () => only.value;
  }
  const indexes = asArray(column.indexes, name);
  if (indexes.length !== count) throw new ColumnsError(`${name}: ${indexes.length} rows instead of ${count}`);
  return (row) => {
    const index = indexes[row];
    const boxed = typeof index === 'number' ? values[index] : undefined;
    if (boxed === undefined) throw new ColumnsError(`${name}: row ${row} is out of range`);
    return boxed.value;
  };
}

const EVENT_TYPE_NAMES: ReadonlyMap<unknown, EventType> = new Map(
  Object.keys(EVENT_TYPES).map((name) => [name, name as EventType]),
);

function asEventType(value: unknown, name: string): EventType {
  const type = EVENT_TYPE_NAMES.get(value);
  if (type === undefined) throw new ColumnsError(`${name}: an event type that this version does not know`);
  return type;
}

function asWindow(value: unknown, name: string): { readonly start: number; readonly end: number } {
  const [start, end, more] = asArray(value, name);
  if (!isTime(start) || !isTime(end) || end < start || more !== undefined) throw new ColumnsError(`${name}: no window`);
  return { start, end };
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value);
}

function asMeters(value: unknown, name: string): readonly string[] {
  return asArray(value, name).map((meter) => asText(meter, name));
}

/** As `ExactQuantity` is written: as many digits as the ledger's NUMERIC(58,32) can hold, and no zeros at the end. */
const EXACT = /^-?(?:0|[1-9]\d{0,25})(?:\.\d{0,31}[1-9])?$/;

function readDecimalQuantity(value: unknown): ExactQuantity {
  if (typeof value === 'string' && EXACT.test(value)) return value;
  throw new ColumnsError('quantities: no exact quantity');
}

/** As many digits as a NUMERIC(38,12) can hold. */
const WHOLE = /^-?\d{1,38}$/;

function readWholeQuantity(value: unknown): ExactQuantity {
  if (typeof value === 'number' ? Number.isSafeInteger(value) : typeof value === 'string' && WHOLE.test(value))
    return formatQuantity(BigInt(value as number | string));
  throw new ColumnsError('quantities: no whole number');
}
