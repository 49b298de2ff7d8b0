import * as z from 'zod/mini';
import { formatTime } from '../../format/date.ts';
import { meterName } from '../../format/quantity.ts';
import { Quantity } from '../../parts/quantity.tsx';

/** What is read of an event here; whatever else it has is shown as it is. */
const usageSchema = z.object({
  start: z.optional(z.string()),
  namespace: z.optional(z.string()),
  subject: z.optional(z.string()),
  usages: z.array(z.object({ meter: z.string(), quantity: z.string() })),
});

/** What a parked event says, in a line, and whole when it is opened. */
export function EventText({ event }: { readonly event: Readonly<Record<string, unknown>> }) {
  const read = usageSchema.safeParse(event);
  // Of a correction that takes everything back there is nothing to tell in a line.
  const isTold = read.success && (read.data.namespace ?? read.data.subject ?? read.data.usages[0]) !== undefined;
  return (
    <details className="parked-event">
      <summary>
        {isTold ? (
          <>
            {read.data.namespace ?? read.data.subject ?? ''}
            {read.data.usages.map(({ meter, quantity }, place) => (
              <span key={meter}>
                {place === 0 ? ': ' : ', '}
                {meterName(meter)} <Quantity quantity={quantity} meter={meter} />
              </span>
            ))}
            {read.data.start === undefined ? null : <span className="quiet">, {formatTime(read.data.start)}</span>}
          </>
        ) : (
          'Show it'
        )}
      </summary>
      <pre className="fixed">{JSON.stringify(event, null, 2)}</pre>
    </details>
  );
}
