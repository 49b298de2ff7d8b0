import { type ReactNode, useState } from 'react';
import { ApiProblem } from '../api/api-problem.ts';
import { askApi } from '../api/client.ts';
import { saveFile } from './save-file.ts';

export type DownloadButtonProps = {
  /** Used when the answer does not name its file. */
  readonly fileName: string;
  readonly children: ReactNode;
} & (
  | {
      /** Path and parameters of what is downloaded. */
      readonly address: string;
      /** Content type that is asked for. */
      readonly accept?: string;
    }
  /** Makes the file here. */
  | { readonly make: () => Promise<Blob> }
);

/**
 * Fetches a file with the access token and saves it. Not a link: a link cannot send the token but in its address, and
 * addresses end up in logs.
 */
export function DownloadButton({ fileName, children, ...source }: DownloadButtonProps) {
  const [state, setState] = useState<'idle' | 'busy' | ApiProblem>('idle');
  const download = async (): Promise<void> => {
    setState('busy');
    try {
      if ('make' in source) saveFile(await source.make(), fileName);
      else {
        const { address, accept = 'text/csv' } = source;
        const response = await askApi(address, { accept, timeoutMs: DOWNLOAD_TIMEOUT_MS });
        saveFile(await response.blob(), nameOf(response) ?? fileName);
      }
      setState('idle');
    } catch (error) {
      setState(error instanceof ApiProblem ? error : BROKEN);
    }
  };
  return (
    <span className="download">
      <button type="button" className="button" disabled={state === 'busy'} onClick={() => void download()}>
        <span aria-hidden="true">↓</span> {children}
      </button>
      <span role="status" className="download-status">
        {state === 'busy' ? 'Downloading…' : ''}
        {state instanceof ApiProblem ? state.message : ''}
      </span>
    </span>
  );
}

/** A year of daily rows of a large account is streamed for a minute. */
const DOWNLOAD_TIMEOUT_MS = 600_000;

const BROKEN = new ApiProblem({
  code: 'NO_ANSWER',
  status: 0,
  title: 'The download was interrupted; nothing was saved',
});

function nameOf(response: Response): string | undefined {
  return /filename="([^"\\/]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1];
}
