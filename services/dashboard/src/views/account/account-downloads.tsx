import { withQuery } from '../../address/addresses.ts';
import { daysOfMonth } from '../../format/date.ts';
import { DownloadButton } from '../../parts/download-button.tsx';
import { DownloadMenu } from '../../parts/download-menu.tsx';

/** The month as files. */
export function AccountDownloads({ id, month }: { readonly id: string; readonly month: string }) {
  const focus = (format: string): string => withQuery('/v1/exports/focus', { month, account: id, format });
  return (
    <DownloadMenu>
      <DownloadButton
        address={withQuery('/v1/usage-daily', { account: id, ...daysOfMonth(month) })}
        fileName={`usage-daily-${month}.csv`}
      >
        Daily rows (CSV)
      </DownloadButton>
      <DownloadButton address={focus('csv')} fileName={`focus-${month}.csv`}>
        FOCUS (CSV)
      </DownloadButton>
      <DownloadButton
        address={focus('parquet')}
        accept="application/vnd.apache.parquet, */*"
        fileName={`focus-${month}.parquet`}
      >
        FOCUS (Parquet)
      </DownloadButton>
    </DownloadMenu>
  );
}
