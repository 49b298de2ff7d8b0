import {
  answerWith,
  breakOff,
  type Receiver,
  sayNothing,
  startReceiver,
} from '@hopsmeter/test/support/worker/receiver.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Address, type SendOptions, sendWebhook } from './send-webhook.ts';

const MESSAGE = { headers: { 'content-type': 'application/json', 'webhook-id': 'msg_1' }, body: '{"ä":1}' };

let receiver: Receiver;

beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.close());

const LOCAL: SendOptions = { isPrivateAllowed: true, timeoutMs: 2_000 };
const PUBLIC: SendOptions = { isPrivateAllowed: false, timeoutMs: 2_000 };

const send = (url: string, options: SendOptions) => sendWebhook(url, MESSAGE, options);

/** Says where names lead to, and remembers how often it was asked. */
const resolver = (...addresses: readonly string[]) => {
  const asked: string[] = [];
  const resolve = async (host: string): Promise<Address[]> => {
    asked.push(host);
    return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  };
  return { asked, resolve };
};

describe('a message', () => {
  it('is posted as it is, once, and the status comes back', async () => {
    receiver.react = answerWith(204);
    expect(await send(receiver.url, LOCAL)).toBe(204);
    expect(receiver.received).toMatchObject([
      { url: '/hook', body: '{"ä":1}', headers: { 'webhook-id': 'msg_1', 'content-length': '8' } },
    ]);
  });

  it('goes to the address that was resolved, under the name, which is asked for once', async () => {
    const { asked, resolve } = resolver('127.0.0.1');
    const url = receiver.url.replace('127.0.0.1', 'hooks.example.com');
    expect(await send(url, { ...LOCAL, resolve })).toBe(200);
    expect(asked).toEqual(['hooks.example.com']);
    expect(receiver.received[0]?.headers.host).toMatch(/^hooks\.example\.com:\d+$/);
  });

  it('finds its way by the names of the system', async () => {
    expect(await send(receiver.url.replace('127.0.0.1', 'localhost'), LOCAL)).toBe(200);
  });

  it('is read no further than 4 KiB of its answer, however much comes', async () => {
    receiver.react = (answer) => {
      answer.writeHead(200);
      const more = (): boolean => answer.write('x'.repeat(65_536), () => !answer.destroyed && more());
      more();
    };
    expect(await send(receiver.url, LOCAL)).toBe(200);
  });

  it('has arrived when the status says so, though the rest of the answer never comes', async () => {
    receiver.react = (answer) => answer.writeHead(200, { 'content-length': '10' }).write('x');
    expect(await send(receiver.url, { ...LOCAL, timeoutMs: 300 })).toBe(200);
  });
});

describe('an attempt fails, and says why,', () => {
  it('when no answer comes in time', async () => {
    receiver.react = sayNothing;
    await expect(send(receiver.url, { ...LOCAL, timeoutMs: 300 })).rejects.toThrow('no answer within 300 ms');
    expect(receiver.received).toHaveLength(1);
  });

  it('when the head of the answer trickles', async () => {
    receiver.react = (answer) => {
      answer.socket?.write('HTTP/1.1 200 OK\r\n');
      const trickle = setInterval(() => answer.socket?.write('x: y\r\n'), 20);
      answer.socket?.on('close', () => clearInterval(trickle));
    };
    await expect(send(receiver.url, { ...LOCAL, timeoutMs: 300 })).rejects.toThrow('no answer within 300 ms');
  });

  it('when DNS does not answer in time', async () => {
    const resolve = () => new Promise<Address[]>(() => undefined);
    await expect(send(receiver.url, { ...LOCAL, resolve, timeoutMs: 100 })).rejects.toThrow('no answer within 100 ms');
  });

  it('when the connection breaks after the message was read', async () => {
    receiver.react = breakOff;
    await expect(send(receiver.url, LOCAL)).rejects.toThrow(/ECONNRESET/);
    expect(receiver.received).toHaveLength(1);
  });

  it('when nobody listens', async () => {
    await receiver.close();
    await expect(send(receiver.url, LOCAL)).rejects.toThrow(/ECONNREFUSED/);
  });

  it('when the name has no address', async () => {
    const { resolve } = resolver();
    await expect(send('https://example.com/', { ...PUBLIC, resolve })).rejects.toThrow('example.com has no address');
  });

  it('when the receiver has no TLS', async () => {
    await expect(send(receiver.url.replace('http:', 'https:'), LOCAL)).rejects.toThrow(/SSL|EPROTO/);
    expect(receiver.received).toEqual([]);
  });
});

describe('nothing is led inside:', () => {
  it.each([
    ['127.0.0.1'],
    ['169.254.169.254'],
    ['10.0.0.1'],
    ['100.64.0.1'],
    ['0.0.0.0'],
    ['::1'],
    ['::ffff:127.0.0.1'],
    ['fd00::1'],
    ['fe80::1'],
    ['93.184.215.14', '127.0.0.1'],
    ['2606:4700:4700::1111', '::1'],
  ])('a name that resolves to %s is not connected to', async (...addresses) => {
    const { port } = new URL(receiver.url);
    const { resolve } = resolver(...addresses);
    await expect(send(`https://hooks.example.com:${port}/`, { ...PUBLIC, resolve })).rejects.toThrow(
      /hooks\.example\.com leads to \S+, which is no public address/,
    );
    expect(receiver.received).toEqual([]);
  });

  it.each([
    'http://hooks.example.com/',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://[::1]/',
    'https://user:password@hooks.example.com/',
    'https://hooks.example.com:22/',
  ])('%s is not even resolved', async (url) => {
    const { asked, resolve } = resolver('127.0.0.1');
    await expect(send(url, { ...PUBLIC, resolve })).rejects.toThrow('the address is refused');
    expect(asked).toEqual([]);
  });

  it('a redirect is an answer and nobody follows it', async () => {
    const inside = await startReceiver();
    for (const status of [301, 302, 303, 307, 308]) {
      receiver.react = answerWith(status, { location: inside.url });
      expect(await send(receiver.url, LOCAL)).toBe(status);
    }
    expect(inside.received).toEqual([]);
    await inside.close();
  });
});
