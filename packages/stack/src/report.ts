/** Receives one lower-case sentence per step, for a person who waits. */
export type Report = (message: string) => void;

/** The default of every `report` option. */
export const silent: Report = () => undefined;
