import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { RequestError } from '@hopsmeter/usage';
import { BODY_BYTES_MAX, DISCARD_BYTES_MAX } from './limits.ts';

const unpack = promisify(gunzip);

/**
 * Reads a body, unpacked.
 *
 * @param take is told of the bytes that are kept, before they are; may throw to stop reading.
 * @throws RequestError BODY_TOO_LARGE as soon as it is, INVALID_ENCODING when it does not unpack.
 */
export async function readBody(
  message: IncomingMessage,
  isGzip: boolean,
  take: (bytes: number) => void,
): Promise<Buffer> {
  if (Number(message.headers['content-length'] ?? 0) > BODY_BYTES_MAX) throw tooLarge();
  const body = await readAll(message, take);
  if (!isGzip) return body;
  const unpacked = await unpackGzip(body);
  take(unpacked.length);
  return unpacked;
}

function readAll(message: IncomingMessage, take: (bytes: number) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const stop = (): void => {
      message.off('data', onData).off('end', onEnd).off('error', onBreak).off('close', onBreak);
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      try {
        if (size > BODY_BYTES_MAX) throw tooLarge();
        take(chunk.length);
        chunks.push(chunk);
      } catch (error) {
        stop();
        reject(error);
      }
    };
    const onEnd = (): void => {
      stop();
      const [first] = chunks;
      resolve(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, size));
    };
    const onBreak = (): void => {
      stop();
      reject(new RequestError('INVALID_REQUEST', 'the connection ended before the body did'));
    };
    message.on('data', onData).on('end', onEnd).on('error', onBreak).on('close', onBreak);
  });
}

/** In the thread pool: a bomb that unpacks to the limit must not hold up other requests. */
async function unpackGzip(body: Buffer): Promise<Buffer> {
  try {
    return await unpack(body, { maxOutputLength: BODY_BYTES_MAX });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw new RequestError('INVALID_ENCODING', 'the body is not complete gzip', { cause: error });
  }
}

function tooLarge(): RequestError {
  return new RequestError('BODY_TOO_LARGE', `at most ${BODY_BYTES_MAX} bytes, also unpacked`);
}

/**
 * Reads the rest of a refused body to nowhere. An answer sent while the client still writes would otherwise be lost
 * with the connection, and the next request on it would begin in the middle of this body.
 *
 * @param closes whether the connection is closed after the answer. Closing it with bytes unread resets it, and a reset
 * makes the client lose an answer that it has not read yet: then the answer must wait for the body.
 * @returns when the answer may be sent.
 */
export function discardBody(message: IncomingMessage, closes: boolean): Promise<void> {
  // A connection that is gone already does not tell of its end again.
  if (message.readableEnded || message.destroyed) return Promise.resolve();
  let size = 0;
  const read = new Promise<void>((resolve) => {
    message
      .on('end', resolve)
      .on('close', resolve)
      .on('error', () => resolve());
    message.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= DISCARD_BYTES_MAX) return;
      if (closes) resolve();
      else message.destroy();
    });
  });
  message.resume();
  return closes ? read : Promise.resolve();
}
