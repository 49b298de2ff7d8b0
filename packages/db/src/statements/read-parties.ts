import type { Query } from '../connection/query.ts';

/** Whom a statement is addressed to. Lines of the address are separated by `\n`. */
export type Customer = {
  readonly name: string | undefined;
  readonly email: string | undefined;
  readonly billingAddress: string | undefined;
};

/** Between whom a statement is. */
export type StatementParties = {
  /** Name and address, lines separated by `\n`; undefined when none was set. */
  readonly issuer: string | undefined;
  readonly customer: Customer;
};

type Row = { readonly name: string | null; readonly email: string | null; readonly billingAddress: string | null };

/** How $1 user is addressed now. */
const READ_CUSTOMER = `
select name, email, billing_address as "billingAddress" from hopsmeter.users where id = $1
`;

/** Reads with {@link READ_CUSTOMER} an account that is there. */
export async function readCustomer({ rowsOf }: Query, accountOwnerId: string): Promise<Customer> {
  const [row] = await rowsOf<Row>(READ_CUSTOMER, [accountOwnerId]);
  if (row === undefined) throw new Error(`there is no user ${accountOwnerId}`);
  return toCustomer(row);
}

/** The parties of $1 final statement, as they were when it was closed. */
const READ_FINAL_PARTIES = `
select issuer, customer_name as name, customer_email as email, billing_address as "billingAddress"
from hopsmeter.statements where id = $1::uuid
`;

/** Reads with {@link READ_FINAL_PARTIES} a statement that is there. */
export async function readFinalParties({ rowsOf }: Query, statementId: string): Promise<StatementParties> {
  const [row] = await rowsOf<Row & { readonly issuer: string | null }>(READ_FINAL_PARTIES, [statementId]);
  if (row === undefined) throw new Error(`there is no statement ${statementId}`);
  return { issuer: row.issuer ?? undefined, customer: toCustomer(row) };
}

function toCustomer({ name, email, billingAddress }: Row): Customer {
  return { name: name ?? undefined, email: email ?? undefined, billingAddress: billingAddress ?? undefined };
}
