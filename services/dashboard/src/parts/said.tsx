import { useEffect, useSyncExternalStore } from 'react';

/** What was said last; each time another object, so that the same words twice are said twice. */
let current: { readonly text: string } | undefined;
const listeners = new Set<() => void>();

function show(next: typeof current): void {
  current = next;
  for (const listener of listeners) listener();
}

/** Says in one sentence what a change did, below the view: `say('The key is revoked.')`. */
export function say(text: string): void {
  show({ text });
}

/** Long enough to be read twice. */
const SHOWN_MS = 8_000;

/** Where what was done is said, to the eye and to screen readers. */
export function Said() {
  const said = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
  useEffect(() => {
    if (said === undefined) return undefined;
    const timer = setTimeout(() => show(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [said]);
  return (
    <div role="status" className="said">
      {said === undefined ? null : <p className="said-text">{said.text}</p>}
    </div>
  );
}
