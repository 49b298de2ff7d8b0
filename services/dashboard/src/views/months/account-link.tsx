import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';

export type AccountLinkProps = {
  readonly id: string;
  readonly name: string | null | undefined;
  readonly month: string;
};

/** An account by its name: leads to its statement of the month. */
export function AccountLink({ id, name, month }: AccountLinkProps) {
  return (
    <Link href={addresses.statement(id, month)} title={id}>
      {name ?? id}
    </Link>
  );
}
