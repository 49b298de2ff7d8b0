/** Ids that calls learned from answers before them, by name. */
export type World = Map<string, string>;

/** One call of a documented operation. The path and the method are those of the document. */
export type Call = {
  readonly operationId: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** A text is sent as a CSV file, everything else as JSON. */
  readonly body?: unknown;
  readonly accept?: string;
  readonly status: number;
  /** Keeps what later calls need. */
  // biome-ignore lint/suspicious/noExplicitAny: an answer as it came; it is compared with the document elsewhere
  readonly learn?: (body: any, world: World) => void;
};

/** A call that may need what others learned. */
export type MakeCall = (world: World) => Call;

/** What a name stands for; throws for one that nothing was learned for. */
export function known(world: World, name: string): string {
  const value = world.get(name);
  if (value === undefined) throw new Error(`no call has learned ${name}`);
  return value;
}
