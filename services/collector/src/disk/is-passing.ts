import { ClientError } from '@hopsmeter/client';

/** Whether a failure of the spool or of the disk may pass: there may be room again. */
export function isPassing(error: unknown): error is Error & { readonly code: string } {
  if (error instanceof ClientError) return error.isRetryable;
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';
}
