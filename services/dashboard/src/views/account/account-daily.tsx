import type * as z from 'zod/mini';
import { addresses } from '../../address/addresses.ts';
import { go } from '../../address/go.ts';
import type { totalsSchema } from '../../api/schemas.ts';
import { DailyBars } from '../../chart/daily-bars.tsx';
import { addDays } from '../../format/date.ts';

export type AccountDailyProps = { readonly id: string; readonly totals: z.output<typeof totalsSchema> };

/** The account's days by meter. A click shows the events behind a part of a bar. */
export function AccountDaily({ id, totals }: AccountDailyProps) {
  return (
    <DailyBars
      totals={totals}
      onSelect={(day, meter) => go(addresses.events({ account: id, from: day, to: addDays(day, 1), meter }))}
    />
  );
}
