import type { Grant } from './account-schemas.ts';

/** What people call where a grant is in its life. */
export const GRANT_STATUSES: Readonly<Record<Grant['status'], string>> = {
  scheduled: 'not valid yet',
  valid: 'valid',
  expired: 'expired',
  revoked: 'revoked',
};
