/** The same seed gives the same data set, on every machine and in every order of asking. */
const SEED = 20_261_101;

/**
 * A number in [0, 1) that depends on its place alone. Rejected: one random sequence for all. There the place in the
 * sequence decides, so an interrupted load that begins anew, or one more project, would change every later event.
 */
export function noise(...place: readonly number[]): number {
  let state = SEED;
  for (const step of place) state = mix(state ^ mix(step));
  return state / 2 ** 32;
}

/** A bijection of 32-bit numbers in which every input bit reaches every output bit (the finalizer of MurmurHash3). */
function mix(value: number): number {
  let bits = (value + 0x9e3779b9) >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
