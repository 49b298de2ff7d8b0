import { useState } from 'react';
import { useSend } from '../../api/client.ts';
import { formatCount } from '../../format/quantity.ts';
import { ReasonField } from '../../parts/fields.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { say } from '../../parts/said.tsx';
import { type Repair, type Report, repairSchema } from './reconciliation-schemas.ts';

export type RepairDialogProps = {
  readonly report: Report;
  readonly onDone: (repair: Repair) => void;
  readonly onClose: () => void;
};

/** Makes the totals what the ledger and the prices say. */
export function RepairDialog({ report, onDone, onClose }: RepairDialogProps) {
  const { id, differingRows, differingDays } = report;
  const [reason, setReason] = useState('');
  const send = useSend<typeof repairSchema, { readonly reason: string }>(
    'POST',
    `/v1/reconciliations/${id}/repair`,
    repairSchema,
    ['/v1/reconciliations', '/v1/operations', '/v1/pipeline', '/v1/accounts'],
  );
  return (
    <FormDialog
      title="Repair the totals"
      submit="Repair"
      send={send}
      isIncomplete={reason.trim() === ''}
      onSubmit={() =>
        send.mutate(
          { reason: reason.trim() },
          {
            onSuccess: (repair) => {
              say(`${formatCount(repair.repairedRows)} rows are repaired.`);
              onDone(repair);
              onClose();
            },
          },
        )
      }
      onClose={onClose}
    >
      <p>
        On {differingDays.length === 1 ? 'the day' : `the ${formatCount(differingDays.length)} days`} with differences (
        {formatCount(BigInt(differingRows))} rows), the totals become what the events and the prices in force say. What
        differs is found anew. Rows of closed months stay as they are. Recording waits meanwhile.
      </p>
      <p>First find out what wrote past the workers: it may do so again.</p>
      <ReasonField value={reason} onChange={setReason} error={send.error?.fields.get('reason')} />
    </FormDialog>
  );
}
