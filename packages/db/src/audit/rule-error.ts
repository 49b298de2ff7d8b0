import { RequestError, type RequestErrorCode } from '@hopsmeter/usage';

/** Rules that the database holds by itself, as people are told them. */
const ERRORS_BY_CONSTRAINT: Readonly<Record<string, RequestErrorCode>> = {
  users_two_levels: 'TWO_LEVELS',
  users_not_own_owner: 'TWO_LEVELS',
  hopsworks_clusters_name_unique: 'CLUSTER_EXISTS',
  projects_no_overlap: 'NAMESPACE_TAKEN',
  user_aliases_no_overlap: 'ALIAS_TAKEN',
  price_overrides_no_overlap: 'OVERLAPPING_VALIDITY',
};

/** The RequestError of the rule that the database held, where it was one; everything else as it came. */
export function toRuleError(error: unknown): unknown {
  if (typeof error !== 'object' || error === null || !('constraint' in error)) return error;
  const code = typeof error.constraint === 'string' ? ERRORS_BY_CONSTRAINT[error.constraint] : undefined;
  return code === undefined ? error : new RequestError(code, undefined, { cause: error });
}
