import { createServer } from 'node:http';

/**
 * A server that only answers, in a process of its own: it reads a request to its end and accepts so many events, the
 * first argument. Tells its parent the port, and ends with it.
 */
const answer = JSON.stringify({ accepted: Number(process.argv[2]), rejected: 0, errors: [] });

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(202, { 'content-type': 'application/json' }).end(answer);
  });
});
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
process.on('disconnect', () => process.exit());
