import type { WritePiece } from '../../contract/streams.ts';
import type { FocusColumn, FocusRow, FocusVersion } from './focus/focus-column.ts';

export type OpenFocusFile = {
  readonly version: FocusVersion;
  readonly columns: readonly FocusColumn[];
  /** Resolves when there may be more. */
  readonly write: WritePiece;
};

/** A file that is being written. */
export type FocusFileWriter = {
  begin(): Promise<void>;
  add(rows: readonly FocusRow[]): Promise<void>;
  end(): Promise<void>;
};

/** A form in which rows can be had. */
export type FocusFile = {
  readonly contentType: string;
  readonly open: (options: OpenFocusFile) => FocusFileWriter;
};
