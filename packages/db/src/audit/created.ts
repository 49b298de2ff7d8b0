/** What was asked for is there; `isCreated` tells whether it is new. */
export type Created<T> = { readonly isCreated: boolean; readonly value: T };
