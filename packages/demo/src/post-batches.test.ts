import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import type { CloudEvent } from '@hopsmeter/client';
import { afterEach, describe, expect, it } from 'vitest';
import { DemoError } from './demo-error.ts';
import type { EventBatch } from './event-batch.ts';
import { type PostOptions, postBatches } from './post-batches.ts';

const CLUSTER = 'cluster-1';

function batchOf(...ids: string[]): EventBatch {
  const source = `urn:hopsworks:cluster:${CLUSTER}`;
  const events = ids.map((id): CloudEvent => ({ specversion: '1.0', id, source, type: 't', time: 't', data: {} }));
  return { clusterId: CLUSTER, events };
}

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** An ingest that answers as it is told, one answer for each request. */
async function startIngest(answer: (request: IncomingMessage, response: ServerResponse, body: string) => void) {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const bytes = Buffer.concat(chunks);
      const isGzip = request.headers['content-encoding'] === 'gzip';
      answer(request, response, (isGzip ? gunzipSync(bytes) : bytes).toString('utf8'));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function optionsFor(ingestUrl: string, signal = new AbortController().signal): PostOptions {
  return { ingestUrl, keys: new Map([[CLUSTER, 'secret']]), signal, onProgress: () => undefined };
}

function accept(response: ServerResponse, body: string, rejected = 0): void {
  const count = (JSON.parse(body) as unknown[]).length;
  response.writeHead(202, { 'content-type': 'application/json' });
  const errors = Array.from({ length: rejected }, (_, index) => ({ index, code: 'INVALID_TEXT' }));
  response.end(JSON.stringify({ accepted: count - rejected, rejected, errors }));
}

describe('postBatches', () => {
  it('adds up what was sent, accepted and refused over all answers', async () => {
    const url = await startIngest((_request, response, body) => accept(response, body, body.includes('bad') ? 1 : 0));
    const batches = Array.from({ length: 20 }, (_, index) => batchOf(`${index}a`, index === 7 ? 'bad' : `${index}b`));
    expect(await postBatches(batches, optionsFor(url))).toEqual({ sent: 40, accepted: 39, refused: 1, unanswered: 0 });
  });

  it("posts with the key of the batch's cluster as a CloudEvents batch", async () => {
    const seen: unknown[] = [];
    const url = await startIngest((request, response, body) => {
      seen.push(request.method, request.url, request.headers.authorization, request.headers['content-type']);
      accept(response, body);
    });
    await postBatches([batchOf('1')], optionsFor(url));
    expect(seen).toEqual(['POST', '/api/v1/events', 'Bearer secret', 'application/cloudevents-batch+json']);
  });

  it('sends a batch again that got no answer, and says that it may have been taken twice', async () => {
    let requests = 0;
    const url = await startIngest((request, response, body) => {
      if (++requests === 1) request.socket.destroy();
      else accept(response, body);
    });
    expect(await postBatches([batchOf('1')], optionsFor(url))).toMatchObject({ sent: 1, accepted: 1, unanswered: 1 });
  });

  it('stops with the reason when ingest refuses the key', async () => {
    const url = await startIngest((_request, response) => response.writeHead(401).end('{"code":"UNAUTHENTICATED"}'));
    await expect(postBatches([batchOf('1')], optionsFor(url))).rejects.toThrow(DemoError);
    await expect(postBatches([batchOf('1')], optionsFor(url))).rejects.toThrow(/UNAUTHENTICATED/);
  });

  it('stops at once when it is told to, also in the middle of a wait', async () => {
    const stopping = new AbortController();
    const url = await startIngest((_request, response) => {
      response.writeHead(503, { 'retry-after': '600' }).end('{}');
      setTimeout(() => stopping.abort(), 20);
    });
    // Else it waits for ten minutes, which is more than a test has.
    await expect(postBatches([batchOf('1')], optionsFor(url, stopping.signal))).rejects.toThrow();
  });
});
