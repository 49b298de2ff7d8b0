/** The hour that it is now, for servers whose clocks are real. */
export function currentHour(now = Date.now()): { readonly start: string; readonly end: string } {
  const hour = Math.floor(now / 3_600_000) * 3_600_000;
  const format = (time: number) => new Date(time).toISOString().replace('.000', '');
  return { start: format(hour), end: format(hour + 3_600_000) };
}
