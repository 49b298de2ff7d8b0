import { withQuery } from '../../address/addresses.ts';
import { DownloadButton } from '../../parts/download-button.tsx';

export type ComparisonDownloadsProps = { readonly month: string; readonly cause: string | undefined };

/** What differs, as a file. */
export function ComparisonDownloads({ month, cause }: ComparisonDownloadsProps) {
  return (
    <DownloadButton
      key={`${month} ${cause}`}
      address={withQuery(`/v1/comparisons/${month}`, { cause })}
      fileName={`comparison-${month}.csv`}
    >
      Download (CSV)
    </DownloadButton>
  );
}
