import { connect } from 'node:net';
import { LOOPBACK } from '../process/choose-port.ts';

/** The server is on this machine: one that takes longer to answer is not ready. */
const ANSWER_DEADLINE_MS = 2_000;

/** What a Redis that is ready says; one that still loads its append-only file answers PING with -LOADING. */
const READY_ANSWER = '+OK\r\n+PONG\r\n';

/** Whether Redis answers PING with our password, its data loaded. Two lines of its protocol need no client library. */
export async function pingRedis(port: number, password: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: LOOPBACK, port });
    let answer = '';
    const finish = () => {
      socket.destroy();
      resolve(answer === READY_ANSWER);
    };
    socket.setEncoding('utf8').setTimeout(ANSWER_DEADLINE_MS);
    socket.on('connect', () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    socket.on('data', (text) => {
      answer += text;
      if (answer.length >= READY_ANSWER.length) finish();
    });
    socket.on('error', finish).on('end', finish).on('timeout', finish);
  });
}
