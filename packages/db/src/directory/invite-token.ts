import { createHash, randomBytes } from 'node:crypto';

/** 256 bits: such a token cannot be guessed, so a plain SHA-256 protects it at rest. */
const TOKEN_BYTES = 32;

/** Makes a token for a link. It exists only here; show it once. */
export function generateInviteToken(): string {
  return `hwi_${randomBytes(TOKEN_BYTES).toString('base64url')}`;
}

/** What the database keeps of a token. */
export function hashInviteToken(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}
