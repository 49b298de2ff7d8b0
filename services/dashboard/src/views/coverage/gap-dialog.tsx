import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { addDays } from '../../format/date.ts';
import { formatCount } from '../../format/quantity.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { CodeBlock } from '../../parts/secret.tsx';
import { useIngestUrl } from '../clusters/use-ingest-url.ts';
import { sourceName } from './cell-place.ts';
import { formatSpan } from './format-span.ts';
import { collectCommand, DOCTOR_COMMAND, nothingUsedCommand } from './gap-commands.ts';
import type { Gap } from './gaps.ts';

/** What to do about hours that are not right, in the order in which one would try. */
export function GapDialog({ gap, onClose }: { readonly gap: Gap; readonly onClose: () => void }) {
  const who = gap.sourcePath === undefined ? gap.clusterName : `${sourceName(gap.sourcePath)} of ${gap.clusterName}`;
  return (
    <Dialog title={`${formatSpan(gap)}: ${who}`} onClose={onClose}>
      {remedyOf(gap)}
      <p>
        <Link href={addresses.events({ cluster: gap.clusterId, from: gap.from.slice(0, 10), to: dayAfter(gap) })}>
          Counted events of these days
        </Link>
      </p>
      <div className="form-buttons">
        <button type="button" className="button button-main" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

function dayAfter({ to }: Gap): string {
  // The end is no hour of the gap.
  return addDays(new Date(Date.parse(to) - 1).toISOString().slice(0, 10), 1);
}

function remedyOf(gap: Gap): ReactNode {
  switch (gap.state) {
    case 'missing':
      return <Missing gap={gap} />;
    case 'short':
      return (
        <>
          <p>
            The cluster reported {formatCount(gap.reported)} events and {formatCount(gap.counted)} were counted, or
            their sums are less.
          </p>
          {gap.parked > 0n ? (
            <p>
              {formatCount(gap.parked)} wait as <Link href={addresses.parked()}>parked events</Link>: see to what they
              wait for, and they are counted.
            </p>
          ) : (
            <p>
              Were some voided or corrected, that is why. Else send the hours again: what was counted is not counted
              twice.
            </p>
          )}
          <CodeBlock name="command" text={collectCommand(gap)} />
        </>
      );
    case 'over':
      return (
        <p>
          More was counted than the cluster reported. Check whether a source reports under two ids, or whether the
          manifest was sent before all events were known; make copies void on their receipts.
        </p>
      );
    case 'unchecked':
      return (
        <p>
          The report came after the last comparison of the day. The next one tells;{' '}
          <Link href={addresses.reconciliations()}>compare now</Link>.
        </p>
      );
    default:
      return (
        <p>
          Usage arrived without a manifest, so it cannot be checked for completeness. A source that has never sent
          manifests is not expected to; the collector sends them for every hour.
        </p>
      );
  }
}

function Missing({ gap }: { readonly gap: Gap }) {
  const [ingestUrl] = useIngestUrl();
  return (
    <>
      <p>
        {gap.reason === null
          ? 'No report has come, and it is due: the collector is down or does not reach ingest, or the source is off.'
          : `The collector ran and could not read the source: “${gap.reason}”.`}
      </p>
      <ol className="coverage-steps">
        <li>
          <p>Check whether it reaches everything. A collector that runs again catches up by itself.</p>
          <CodeBlock name="check" text={DOCTOR_COMMAND} />
        </li>
        <li>
          <p>Send the hours again, if the source still knows them. Nothing is counted twice.</p>
          <CodeBlock name="command" text={collectCommand(gap)} />
        </li>
        <li>
          <p>If nothing was used, or the source was switched off, say so with a key of the cluster:</p>
          <CodeBlock name="statement" text={nothingUsedCommand(gap, ingestUrl)} />
        </li>
      </ol>
      <p className="quiet">Usage that no source still knows is imported, or the month is closed without it.</p>
    </>
  );
}
