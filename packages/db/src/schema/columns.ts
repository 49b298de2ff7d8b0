import { customType, numeric, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';

/**
 * A table of ours. All are in the schema `hopsmeter`: an application's own tables may have the same names in `public`.
 * The schema itself is not exported, because drizzle-kit would create it, which a role that only owns it may not.
 */
export const { table: hopsmeterTable } = pgSchema('hopsmeter');

/** Times are TIMESTAMPTZ and read as text: a JavaScript Date would cut the microseconds. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'string' });

/**
 * A price, an exact amount below the cent or a quantity as it is shown: the twelve decimals of the domain's Quantity.
 */
export const exact = (name: string) => numeric(name, { precision: 38, scale: 12 });

/**
 * A quantity as it is added up: the 32 decimals of the domain's ExactQuantity, and as many digits before them as above.
 */
export const exactQuantity = (name: string) => numeric(name, { precision: 58, scale: 32 });

/** A user's Auth0 sub: `auth0|123`. */
export const userId = (name: string) => text(name);

export const systemId = (name = 'id') => uuid(name);

export const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
