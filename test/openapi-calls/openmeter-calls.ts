import type { MakeCall } from './call.ts';

/** Reads in OpenMeter's form. */
export const OPENMETER_CALLS: readonly MakeCall[] = [];
