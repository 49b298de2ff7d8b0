/** How often a person who waits sees that time passes. */
const TICK_MS = 1_000;

/**
 * Runs one step and shows it with its elapsed seconds: on a terminal as one line that counts, else as two lines. A step
 * failed when it throws or returns `false`.
 *
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} run
 * @returns {Promise<T>}
 */
export async function step(title, run) {
  const startedAt = performance.now();
  const seconds = () => `${((performance.now() - startedAt) / 1_000).toFixed(1)} s`;
  const isTerminal = process.stdout.isTTY === true;
  const show = (/** @type {string} */ line) => process.stdout.write(isTerminal ? `\r\x1b[2K${line}` : `${line}\n`);
  show(`… ${title}`);
  const ticks = isTerminal ? setInterval(() => show(`… ${title} (${seconds()})`), TICK_MS) : undefined;
  try {
    const result = await run();
    show(`${result === false ? '✗' : '✓'} ${title} (${seconds()})`);
    return result;
  } catch (error) {
    show(`✗ ${title} (${seconds()})`);
    throw error;
  } finally {
    clearInterval(ticks);
    if (isTerminal) process.stdout.write('\n');
  }
}
