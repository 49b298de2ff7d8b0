import type * as z from 'zod/mini';
import { Money } from '../../../parts/money.tsx';
import type { grantsSchema } from '../account-schemas.ts';

/** What became of everything that was granted: the parts add up to it, to the cent. */
export function GrantBalance({ balance }: { readonly balance: z.output<typeof grantsSchema>['balance'] }) {
  return (
    <dl className="account-sums">
      <Sum name="Left" amount={balance.left} />
      <Sum name="Granted" amount={balance.granted} />
      <Sum name="Drawn by statements" amount={balance.drawn} />
      <Sum name="Expired" amount={balance.expired} />
      <Sum name="Revoked" amount={balance.revoked} />
    </dl>
  );
}

function Sum({ name, amount }: { readonly name: string; readonly amount: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <Money amount={amount} />
      </dd>
    </div>
  );
}
