import { type ReactNode, useState } from 'react';
import { useSend } from '../../api/client.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { ApplyChange } from './apply-change.tsx';
import { type Forecast, priceChangedSchema } from './price-schemas.ts';

type DryRun = { readonly change: object; readonly dryRun: true };

/** A change, and what it would do; what was tried is kept while it is tried again. */
type Tried = { readonly change: object; readonly forecast: Forecast };

export type ChangePricesProps = {
  readonly title: string;
  /** What the last button says: `Withdraw the price`. */
  readonly submit: string;
  readonly isDanger?: boolean;
  readonly isIncomplete?: boolean;
  /** The change as the api takes it, once all its fields are there. */
  readonly change: () => object;
  readonly onClose: () => void;
  /** The fields, with what is wrong with each: `errorOf('validFrom')`. */
  readonly children: (errorOf: (field: string) => string | undefined) => ReactNode;
};

/**
 * Changes prices in two steps: what is wanted, and after a dry run what it would change, which has to be looked at
 * before the reason is given and the change is applied.
 */
export function ChangePrices(props: ChangePricesProps) {
  const { title, submit, isDanger, isIncomplete, change, onClose, children } = props;
  const [tried, setTried] = useState<Tried>();
  const dryRun = useSend<typeof priceChangedSchema, DryRun>('POST', '/v1/price-changes', priceChangedSchema);
  const tryIt = async (wanted: object): Promise<void> => {
    const { forecast } = await dryRun.mutateAsync({ change: wanted, dryRun: true });
    if (forecast !== null) setTried({ change: wanted, forecast });
  };
  if (tried !== undefined)
    return (
      <ApplyChange
        title={title}
        submit={submit}
        isDanger={isDanger}
        {...tried}
        onStale={() => tryIt(tried.change)}
        onBack={() => setTried(undefined)}
        onClose={onClose}
      />
    );
  return (
    <FormDialog
      title={title}
      submit="Show what it changes"
      isIncomplete={isIncomplete ?? false}
      send={dryRun}
      onSubmit={() => void tryIt(change()).catch(isShown)}
      onClose={onClose}
    >
      {children((field) => dryRun.error?.fields.get(`change/${field}`))}
    </FormDialog>
  );
}

/** What went wrong with a dry run stands in the form. */
const isShown = (): void => undefined;
