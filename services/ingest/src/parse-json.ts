import { isUtf8 } from 'node:buffer';
import { RequestError } from '@hopsmeter/usage';
import { refuseManyValues } from './refuse-many-values.ts';

/**
 * Reads a body as JSON.
 *
 * @throws RequestError TOO_MANY_VALUES for what would hold up everybody else; INVALID_JSON for what is not UTF-8, not
 * JSON, or holds keys that could change the prototype of an object it is copied into.
 */
export function parseJson(body: Buffer): unknown {
  refuseManyValues(body);
  if (!isUtf8(body)) throw new RequestError('INVALID_JSON', 'the body is not UTF-8');
  const text = body.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RequestError('INVALID_JSON', 'the body is not JSON');
  }
  // The look at the text costs 0.15 µs an event, the walk through the values 0.36 µs: nearly no body needs it.
  if ((text.includes('__proto__') || text.includes('constructor') || text.includes('\\u00')) && hasPoison(value))
    throw new RequestError('INVALID_JSON', 'the keys __proto__ and constructor.prototype are not allowed');
  return value;
}

/** Walks with a list instead of calls: JSON may be nested deeper than the stack is. */
function hasPoison(root: unknown): boolean {
  const open: unknown[] = [root];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    if (Object.hasOwn(value, '__proto__')) return true;
    if (Object.hasOwn(value, 'constructor')) {
      const inner: unknown = Reflect.get(value, 'constructor');
      if (typeof inner === 'object' && inner !== null && Object.hasOwn(inner, 'prototype')) return true;
    }
    for (const inner of Object.values(value)) open.push(inner);
  }
  return false;
}
