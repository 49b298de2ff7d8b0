import { styleText } from 'node:util';
import { formatElapsed } from './format-number.ts';

/** On a terminal the line of a running step is written anew this often; fast enough to look alive. */
const TICK_MS = 200;

/** Elsewhere (a log, CI) progress is a line of its own, seldom enough not to fill it. */
const PROGRESS_LINE_EVERY_MS = 5_000;

/** The mark before a step, a space, and the last column, which some terminals wrap at. */
const MARK_WIDTH = 3;

/** Where a person reads what happens. One step runs at a time. */
export type Screen = {
  /** Writes a line. */
  line(text?: string): void;
  /** Writes a line that stands out, for a table's title. */
  title(text: string): void;
  /** Writes something that went wrong but does not end the run. */
  warn(text: string): void;
  /**
   * Runs a step and shows it with its elapsed time. `run` may tell its progress by `show`; what it returns as `text`
   * stands for the step when it is done.
   */
  step<T>(title: string, run: (show: (progress: string) => void) => Promise<Done<T>>): Promise<T>;
};

/** The end of a step: what it gives, and what it says. */
export type Done<T> = { readonly value: T; readonly text: string };

export type ScreenOutput = {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  /** Width of the terminal. */
  readonly columns?: number | undefined;
};

/** Creates a screen on a stream, `process.stdout` mostly. Without a terminal nothing is coloured or overwritten. */
export function createScreen(output: ScreenOutput): Screen {
  const isTerminal = output.isTTY === true;
  const style = (format: Parameters<typeof styleText>[0], text: string): string =>
    isTerminal ? styleText(format, text) : text;
  let running: string | undefined;

  /** Lines in between go above the line of the running step. */
  const print = (text: string): void => {
    output.write(`${isTerminal && running !== undefined ? '\r\x1b[2K' : ''}${text}\n`);
    if (isTerminal && running !== undefined) output.write(running);
  };

  return {
    line: (text = '') => print(text),
    title: (text) => print(style('bold', text)),
    warn: (text) => print(`${style('yellow', '!')} ${text}`),
    async step(title, run) {
      const startedAt = performance.now();
      const elapsed = (): string => formatElapsed(performance.now() - startedAt);
      let progress = '';
      let lineAt = startedAt;
      const draw = (): void => {
        const text = `${title}${progress === '' ? '' : `: ${progress}`} (${elapsed()})`;
        // A line that wraps could not be cleared again.
        running =
          `\r\x1b[2K${style('dim', '…')} ` +
          `${text.slice(0, (output.columns || Number.POSITIVE_INFINITY) - MARK_WIDTH)}`;
        output.write(running);
      };
      const show = (text: string): void => {
        progress = text;
        if (isTerminal || performance.now() - lineAt < PROGRESS_LINE_EVERY_MS) return;
        lineAt = performance.now();
        print(`… ${title}: ${progress} (${elapsed()})`);
      };
      const finish = (mark: string, text: string): void => {
        clearInterval(ticks);
        if (isTerminal) output.write('\r\x1b[2K');
        running = undefined;
        print(`${mark} ${text} (${elapsed()})`);
      };
      const ticks = isTerminal ? setInterval(draw, TICK_MS) : undefined;
      if (isTerminal) draw();
      try {
        const { value, text } = await run(show);
        finish(style('green', '✓'), text);
        return value;
      } catch (error) {
        finish(style('red', '✗'), title);
        throw error;
      }
    },
  };
}
