import { Copyable } from '../../parts/copyable.tsx';
import type { Statement } from './statement-schema.ts';

/** Who issues a statement, where that is set, and whom it is addressed to. */
export function StatementParties({
  statement: { issuer, customer, accountOwnerId },
}: {
  readonly statement: Statement;
}) {
  const { name, email, billingAddress } = customer;
  const lines = billingAddress ?? [name, email].filter((line) => line !== null).join('\n');
  return (
    <section className="statement-parties" aria-label="Issuer and customer">
      <div>
        <h2 className="statement-party">Billed to</h2>
        {lines === '' ? null : <address>{lines}</address>}
        <Copyable text={accountOwnerId} name="account id" />
      </div>
      {issuer === null ? null : (
        <div>
          <h2 className="statement-party">From</h2>
          <address>{issuer}</address>
        </div>
      )}
    </section>
  );
}
