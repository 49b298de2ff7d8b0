import type { IncomingHttpHeaders } from 'node:http';
import type { EventProblem } from '@hopsmeter/usage';

/** The attributes that are headers in binary mode. Extension attributes are allowed and not kept. */
const ATTRIBUTES = ['id', 'source', 'specversion', 'type', 'subject', 'time'] as const;

export type BinaryEvent =
  | { readonly ok: true; readonly event: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly problem: EventProblem };

/** Puts the event of a binary request together: attributes from the `ce-` headers, `data` from the body. */
export function readBinaryEvent(headers: IncomingHttpHeaders, data: unknown): BinaryEvent {
  const event: Record<string, unknown> = {};
  for (const name of ATTRIBUTES) {
    const value = headers[`ce-${name}`];
    if (value === undefined) continue;
    const text = decodeHeader(String(value));
    if (text === undefined)
      return {
        ok: false,
        problem: { code: 'INVALID_TEXT', pointer: `/${name}`, detail: 'percent-encoded bytes that are not UTF-8' },
      };
    event[name] = text;
  }
  if (data !== undefined) event.data = data;
  return { ok: true, event };
}

const PERCENT_ENCODED = /(?:%[0-9A-Fa-f]{2})+/g;

/**
 * Decodes a header as CloudEvents' HTTP binding says: quotes off, then one round of percent-decoding. What is not
 * percent-encoded is Latin-1 (so Node gives it to us): common SDKs send it raw. `undefined` for invalid UTF-8.
 */
function decodeHeader(value: string): string | undefined {
  const plain = value.length > 1 && value.startsWith('"') && value.endsWith('"') ? unquote(value) : value;
  if (!plain.includes('%')) return plain;
  try {
    return plain.replace(PERCENT_ENCODED, (bytes) => decodeURIComponent(bytes));
  } catch {
    return undefined;
  }
}

function unquote(value: string): string {
  return value.slice(1, -1).replace(/\\(.)/g, '$1');
}
