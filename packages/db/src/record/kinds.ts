import type { AttributedBy, EventType, Usage } from '@hopsmeter/usage';

/**
 * How a ledger row came to be, and which meters it feeds: the same for most rows of a record, but for the quantities.
 */
export type Kind = {
  readonly sourcePath: string;
  readonly eventType: EventType;
  readonly attributedBy: AttributedBy;
  readonly usages: readonly Usage[];
};

export type Kinds = {
  /** One row of each kind, in the order of their places. */
  readonly values: readonly Kind[];
  /** The place of a row's kind, from 0. */
  placeOf(row: Kind): number;
};

type Branch = { place: number | undefined; readonly next: Map<string, Branch> };

/** Finds the kinds of rows, word by word: as one text, a kind would cost more to put together than to find. */
export function createKinds(): Kinds {
  const values: Kind[] = [];
  const root = createBranch();
  return {
    values,
    placeOf(row) {
      let branch = follow(follow(follow(root, row.eventType), row.attributedBy), row.sourcePath);
      for (const { meter } of row.usages) branch = follow(branch, meter);
      branch.place ??= values.push(row) - 1;
      return branch.place;
    },
  };
}

function createBranch(): Branch {
  return { place: undefined, next: new Map() };
}

function follow({ next }: Branch, word: string): Branch {
  const known = next.get(word);
  if (known !== undefined) return known;
  const created = createBranch();
  next.set(word, created);
  return created;
}
