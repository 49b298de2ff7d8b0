export {
  type CollectedWindow,
  type IgnoredRow,
  type QuarantinedRow,
  type Reach,
  SOURCE_NAMES,
  type Source,
  type SourceName,
} from './source.ts';
export { SOURCE_ERRORS, SourceError, type SourceErrorCode } from './source-error.ts';
