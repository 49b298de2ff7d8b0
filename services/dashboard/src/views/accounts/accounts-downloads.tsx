import { withQuery } from '../../address/addresses.ts';
import { daysOfMonth } from '../../format/date.ts';
import { DownloadButton } from '../../parts/download-button.tsx';
import { DownloadMenu } from '../../parts/download-menu.tsx';
import { formatAccountsCsv } from './accounts-csv.ts';
import { readAllAccounts } from './read-all-accounts.ts';

export type AccountsDownloadsProps = {
  readonly month: string;
  readonly q: string;
  readonly sort: string;
  /** Files over all accounts are for staff. */
  readonly isStaff: boolean;
};

/** The list as a file, and the month's rows behind it. */
export function AccountsDownloads({ month, q, sort, isStaff }: AccountsDownloadsProps) {
  const makeList = async (): Promise<Blob> =>
    new Blob([formatAccountsCsv(month, await readAllAccounts({ month, q, sort }))], { type: 'text/csv;charset=utf-8' });
  return (
    <DownloadMenu>
      <DownloadButton make={makeList} fileName={`accounts-${month}.csv`}>
        This list (CSV)
      </DownloadButton>
      {isStaff ? (
        <>
          <DownloadButton
            address={withQuery('/v1/usage-daily', daysOfMonth(month))}
            fileName={`usage-daily-${month}.csv`}
          >
            Daily rows (CSV)
          </DownloadButton>
          <DownloadButton
            address={withQuery('/v1/exports/focus', { month, format: 'csv' })}
            fileName={`focus-${month}.csv`}
          >
            FOCUS (CSV)
          </DownloadButton>
          <DownloadButton
            address={withQuery('/v1/exports/focus', { month, format: 'parquet' })}
            accept="application/vnd.apache.parquet, */*"
            fileName={`focus-${month}.parquet`}
          >
            FOCUS (Parquet)
          </DownloadButton>
        </>
      ) : null}
    </DownloadMenu>
  );
}
