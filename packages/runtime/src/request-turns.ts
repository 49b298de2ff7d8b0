import type { HttpApp } from './http-app.ts';

/** What one turn of the event loop gives to requests that have arrived; the rest wait for the next one. */
const TURN_MS = 2;

/**
 * Keeps the turns of the event loop short, however many connections send at once. libuv accepts one connection in a
 * turn: 1,000 connections that always have a request ready make turns of a tenth of a second, and the next 1,000 wait
 * for minutes until they are accepted, a health check behind them. So a turn takes up requests for {@link TURN_MS}
 * only, and a single one while connections come in. What is asked by probers does not wait: a process that is busy is
 * not one that hangs.
 */
export function addRequestTurns(app: HttpApp, urgentPaths: ReadonlySet<string>): void {
  const turns = createRequestTurns();
  app.server.on('connection', turns.noteConnection);
  app.addHook('onRequest', (request, _reply, done) => {
    if (urgentPaths.has(request.routeOptions.url ?? '')) done();
    else turns.start(done);
  });
}

type RequestTurns = {
  /** Starts the work in this turn or in one of the next, in the order of the calls. */
  start(work: () => void): void;
  /** A connection was accepted, and more may wait. */
  noteConnection(): void;
};

function createRequestTurns(): RequestTurns {
  const waiting: (() => void)[] = [];
  /** Undefined while nothing has begun since the event loop last came round. */
  let turnBegan: number | undefined;
  let hasConnection = false;

  const isOver = (): boolean => turnBegan !== undefined && (hasConnection || performance.now() - turnBegan > TURN_MS);

  const begin = (): void => {
    turnBegan = performance.now();
    setImmediate(comeRound);
  };

  const comeRound = (): void => {
    turnBegan = undefined;
    if (waiting.length > 0) {
      begin();
      startNext();
    }
    hasConnection = false;
  };

  /** One a tick, so that what a request does at once is counted before the next one starts. */
  const startNext = (): void => {
    waiting.shift()?.();
    if (waiting.length > 0 && !isOver()) process.nextTick(startNext);
  };

  return {
    start(work) {
      if (waiting.length > 0 || isOver()) waiting.push(work);
      else {
        if (turnBegan === undefined) begin();
        work();
      }
    },
    noteConnection() {
      hasConnection = true;
    },
  };
}
