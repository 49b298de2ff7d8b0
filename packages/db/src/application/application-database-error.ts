/** Why the application database cannot be read, in one sentence for the operator, without a password. */
export class ApplicationDatabaseError extends Error {
  override readonly name = 'ApplicationDatabaseError';
}
