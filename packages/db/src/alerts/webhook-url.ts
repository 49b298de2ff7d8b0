import { isIP } from 'node:net';

/** As long as every server takes. */
const WEBHOOK_URL_LENGTH_MAX = 2_048;

/** Below it are the ports of mail, databases' neighbours and shells, to which nobody posts; 443 is the exception. */
const FREE_PORT_MIN = 1_024;

/**
 * What is wrong with the address of a webhook, for whoever gives it; undefined when nothing is. Where its name leads to
 * is another question, which is asked with every attempt.
 *
 * @param isPrivateAllowed also takes http, addresses instead of names and any port: for tests and local use.
 */
export function problemOfWebhookUrl(text: string, isPrivateAllowed: boolean): string | undefined {
  if (text.length > WEBHOOK_URL_LENGTH_MAX) return `expected at most ${WEBHOOK_URL_LENGTH_MAX} characters`;
  if (!URL.canParse(text)) return 'expected a URL';
  const url = new URL(text);
  const protocols = isPrivateAllowed ? ['https:', 'http:'] : ['https:'];
  if (!protocols.includes(url.protocol)) return 'expected a URL that begins with https://';
  // The database and the log hold it in clear.
  if (url.username !== '' || url.password !== '') return 'expected no user name and no password';
  if (url.hash !== '') return 'expected no fragment';
  // One way to write each address: what is stored is what is compared and shown.
  if (url.href !== text) return `expected it in its normal form: ${url.href}`;
  if (isPrivateAllowed) return undefined;
  // By now octal, hexadecimal and decimal spellings of IPv4 are dotted ones.
  if (isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0) return 'expected the name of a host, not an address';
  if (!url.hostname.includes('.') || url.hostname.endsWith('.')) return 'expected the full name of a public host';
  if (url.port !== '' && Number(url.port) < FREE_PORT_MIN) return `expected port 443 or one from ${FREE_PORT_MIN} on`;
  return undefined;
}
