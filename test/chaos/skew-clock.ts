/**
 * Loaded before a service (`node --import`): from then on its wall clock is CLOCK_OFFSET_MS off, for every library in
 * it too. The monotonic clock goes on as it is, as it does on a machine whose time is wrong.
 */
const offsetMs = Number(process.env.CLOCK_OFFSET_MS ?? '0');
const RightDate = Date;

globalThis.Date = new Proxy(RightDate, {
  construct: (target, args: unknown[]) =>
    args.length === 0 ? new RightDate(RightDate.now() + offsetMs) : Reflect.construct(target, args),
  get: (target, name, receiver) =>
    name === 'now' ? () => RightDate.now() + offsetMs : Reflect.get(target, name, receiver),
});
