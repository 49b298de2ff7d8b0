/** npm killed by SIGKILL tells nobody; half a second is soon for a person who looks what is left. */
const CHECK_MS = 500;

/** Sends this process SIGTERM when its parent has gone, which the system shows by giving it another one. */
export function endWithParent() {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, CHECK_MS);
  watch.unref();
}
