/** Colours that `styles/tokens.css` has for series. */
export const SERIES_COLOURS = 12;

/** The meters of the default rate card, each with the colour at its place. */
const OWN_COLOURS = [
  'cpu_hours',
  'gpu_hours',
  'ram_gb_hours',
  'online_storage_gb_hours',
  'offline_storage_gb_hours',
  'network_egress_gb',
];

/**
 * The place of a meter's colour, from 0. It follows from the meter's name alone, so that a meter has the same colour in
 * every account and month. Meters that are not in the default rate card share the colours that are left: two of them
 * may have the same one.
 */
export function meterColour(meter: string): number {
  const own = OWN_COLOURS.indexOf(meter);
  if (own !== -1) return own;
  let hash = 0;
  for (const character of meter) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
  return OWN_COLOURS.length + (hash % (SERIES_COLOURS - OWN_COLOURS.length));
}
