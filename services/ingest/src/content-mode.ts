import type { IncomingHttpHeaders } from 'node:http';
import { RequestError } from '@hopsmeter/usage';

/**
 * How the events are laid out in a request: an array (`batched`), one event (`structured`), one event whose attributes
 * are headers (`binary`), or plain JSON, which may be one event or an array (`either`).
 */
export type ContentMode = 'batched' | 'structured' | 'binary' | 'either';

export type ContentForm = { readonly mode: ContentMode; readonly isGzip: boolean };

/** A media type is at most a few dozen characters; longer ones are cut before they are echoed. */
const ECHO_MAX = 100;

/**
 * Tells from the headers how a body is to be read.
 *
 * @throws RequestError UNSUPPORTED_MEDIA_TYPE or UNSUPPORTED_ENCODING.
 */
export function readContentForm(headers: IncomingHttpHeaders): ContentForm {
  return { mode: readMode(headers), isGzip: readEncoding(headers['content-encoding']) };
}

function readMode(headers: IncomingHttpHeaders): ContentMode {
  const contentType = (headers['content-type'] ?? '').toLowerCase();
  const semicolon = contentType.indexOf(';');
  const mediaType = (semicolon < 0 ? contentType : contentType.slice(0, semicolon)).trim();
  if (semicolon >= 0) checkCharset(contentType.slice(semicolon));
  if (mediaType === 'application/cloudevents-batch+json') return 'batched';
  if (mediaType === 'application/cloudevents+json') return 'structured';
  // Other formats of CloudEvents, such as +protobuf, are no JSON whatever their headers say.
  if (!mediaType.startsWith('application/cloudevents')) {
    const isJson = mediaType === 'application/json' || mediaType.endsWith('+json');
    if (hasEventHeaders(headers) && (isJson || mediaType === '')) return 'binary';
    if (mediaType === 'application/json') return 'either';
  }
  throw new RequestError(
    'UNSUPPORTED_MEDIA_TYPE',
    'expected application/cloudevents-batch+json, application/cloudevents+json or application/json, found ' +
      `${mediaType.slice(0, ECHO_MAX) || 'nothing'}`,
  );
}

/** One attribute is enough: the event is then told which others are missing. */
function hasEventHeaders(headers: IncomingHttpHeaders): boolean {
  return ['ce-specversion', 'ce-id', 'ce-type', 'ce-source'].some((name) => headers[name] !== undefined);
}

function checkCharset(parameters: string): void {
  const [, charset] = /;\s*charset="?([^";\s]+)/.exec(parameters) ?? [];
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8' && charset !== 'us-ascii')
    throw new RequestError('UNSUPPORTED_MEDIA_TYPE', 'JSON is read as UTF-8 only');
}

function readEncoding(contentEncoding: string | undefined): boolean {
  const encoding = contentEncoding?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') return false;
  if (encoding === 'gzip' || encoding === 'x-gzip') return true;
  throw new RequestError('UNSUPPORTED_ENCODING', `expected gzip or none, found ${encoding.slice(0, ECHO_MAX)}`);
}
