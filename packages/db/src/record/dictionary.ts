/** Rows that share some of their values, found by them: one row stands for all that share them. */
export type Dictionary<Row> = {
  /** The first row of each, in the order of their places. */
  readonly values: readonly Row[];
  /** The place of each row that was added, from 0. */
  readonly places: readonly number[];
};

/** A dictionary while it is put together. */
type GrowingDictionary<Row> = Dictionary<Row> & { add(row: Row): void };

/** What leads on from the values so far. */
export type Branch = { place: number | undefined; next: Map<Word, Branch> | undefined };

type Word = string | number | undefined;

/**
 * @param find goes from the root to the branch of a row, value by value: as one text they would cost more to put
 *   together than to find.
 */
export function createDictionary<Row>(find: (root: Branch, row: Row) => Branch): GrowingDictionary<Row> {
  const root: Branch = { place: undefined, next: undefined };
  const values: Row[] = [];
  const places: number[] = [];
  return {
    values,
    places,
    add(row) {
      const branch = find(root, row);
      branch.place ??= values.push(row) - 1;
      places.push(branch.place);
    },
  };
}

/** The branch that a value leads to. */
export function follow(branch: Branch, word: Word): Branch {
  branch.next ??= new Map();
  const known = branch.next.get(word);
  if (known !== undefined) return known;
  const created: Branch = { place: undefined, next: undefined };
  branch.next.set(word, created);
  return created;
}
