/** What Postgres says while connecting, by SQLSTATE, in the words of an operator. */
const REASONS: Readonly<Record<string, string>> = {
  '28P01': 'refuses the user name or the password',
  '28000': 'refuses the user name or the password',
  '3D000': 'has no database of that name',
  '42501': 'does not let this role in or read its tables',
};

/** Why a connection to the application database failed, as the end of a sentence that begins with its address. */
export function reasonOfFailure(error: unknown): string {
  if (error instanceof AggregateError) return `cannot be reached: ${error.errors.map(messageOf).join(', ')}`;
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const message = messageOf(error);
  // The driver's own words for a server that asks for a password where the URL has none.
  if (message.startsWith('SASL')) return 'asks for a password, and the URL has none';
  return REASONS[code] ?? `cannot be reached or read: ${message}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : String(error);
}
