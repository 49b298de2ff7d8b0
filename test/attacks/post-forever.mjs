// Opens connections and posts on each, the next request as soon as the answer is there: node post-forever.mjs PORT
// COUNT. A process of its own, so that whoever looks at the server meanwhile does not wait for these.
import { connect } from 'node:net';

const [port, count] = process.argv.slice(2).map(Number);
const body = '{"specversion":"1.0"}';
const request = [
  'POST /api/v1/events HTTP/1.1',
  'host: ingest',
  'content-type: application/cloudevents+json',
  `content-length: ${body.length}`,
  '',
  body,
].join('\r\n');

let served = 0;
for (let i = 0; i < count; i += 1) {
  let answers = 0;
  const socket = connect(port, '127.0.0.1', () => socket.write(request));
  socket.on('data', () => {
    answers += 1;
    if (answers === 1) served += 1;
    if (answers === 1 && served === count) process.stdout.write('all were answered\n');
    socket.write(request);
  });
  socket.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
}
