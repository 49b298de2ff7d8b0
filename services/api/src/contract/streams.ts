import { PassThrough } from 'node:stream';
import { RequestError } from '@hopsmeter/usage';
import type { FastifyReply } from 'fastify';

/** Each holds a connection to Postgres and a snapshot until its client has read all of it. */
const AT_ONCE_MAX = 4;

/** A client that takes nothing for so long is gone: what it holds is worth more to others. */
const STALL_TIMEOUT_MS = 30_000;

const RETRY_AFTER_SECONDS = 10;

/** What waits in memory for a slow client. */
const BUFFER_BYTES = 256 * 1_024;

export type StreamHead = {
  readonly contentType: string;
  /** What a browser saves it as: letters, digits, `.`, `_` and `-`. */
  readonly fileName: string;
};

/**
 * Writes a piece of the answer. Resolves when the client is ready for more; rejects when it is gone or stands still.
 */
export type WritePiece = (piece: string | Uint8Array) => Promise<void>;

/** Sends answers piece by piece, whatever their size. */
export type Streams = {
  /**
   * Sends what `produce` writes, as a file. Nothing is sent before its first piece, so what it throws before that is an
   * answer of its own; later the connection is cut, because only then a client cannot take half a file for the whole.
   *
   * @throws RequestError NOT_READY when {@link StreamsOptions.atOnceMax} are on their way.
   */
  send(reply: FastifyReply, head: StreamHead, produce: (write: WritePiece) => Promise<void>): Promise<FastifyReply>;
};

export type StreamsOptions = { readonly atOnceMax?: number; readonly stallTimeoutMs?: number };

/**
 * Creates {@link Streams}. All of a process share one, so that streams cannot take every connection to the database.
 */
export function createStreams({
  atOnceMax = AT_ONCE_MAX,
  stallTimeoutMs = STALL_TIMEOUT_MS,
}: StreamsOptions = {}): Streams {
  let openCount = 0;
  return {
    async send(reply, head, produce) {
      if (openCount >= atOnceMax) {
        const detail = `${atOnceMax} files are already being sent; try again later`;
        throw new RequestError('NOT_READY', detail, { retryAfterSeconds: RETRY_AFTER_SECONDS });
      }
      openCount += 1;
      const stream = new PassThrough({ highWaterMark: BUFFER_BYTES });
      // Whoever waits for the stream is told; without a listener the event would end the process.
      stream.on('error', () => undefined);
      const { started, write } = writeTo(stream, stallTimeoutMs);
      const produced = produce(write)
        .then(
          () => stream.end(),
          (error: unknown) => {
            stream.destroy(error instanceof Error ? error : new Error(String(error)));
            throw error;
          },
        )
        .finally(() => {
          openCount -= 1;
        });
      await Promise.race([started, produced]);
      produced.catch((error: unknown) => {
        const hint = 'its reader went away or Postgres did: the file is whole when it is asked for again';
        reply.log.warn({ err: error, requestId: reply.request.id, hint }, 'a file was not sent completely');
      });
      return reply
        .header('content-type', head.contentType)
        .header('content-disposition', `attachment; filename="${head.fileName}"`)
        .send(stream);
    },
  };
}

function writeTo(stream: PassThrough, stallTimeoutMs: number): { started: Promise<void>; write: WritePiece } {
  let start: () => void = () => undefined;
  const started = new Promise<void>((resolve) => {
    start = resolve;
  });
  return {
    started,
    async write(piece) {
      if (stream.destroyed) throw new Error('the client is gone');
      const isReady = stream.write(piece);
      start();
      if (!isReady) await drained(stream, stallTimeoutMs);
    },
  };
}

function drained(stream: PassThrough, stallTimeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => settle(new Error('the client took nothing for too long')), stallTimeoutMs);
    const onDrain = () => settle();
    const onClose = () => settle(new Error('the client is gone'));
    const settle = (error?: Error) => {
      clearTimeout(timer);
      stream.off('drain', onDrain).off('close', onClose);
      if (error === undefined) resolve();
      else reject(error);
    };
    stream.once('drain', onDrain).once('close', onClose);
  });
}
