import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { go } from '../address/go.ts';
import { useApi } from '../api/client.ts';
import { entriesFor } from '../frame/entries.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Problem } from '../parts/problem.tsx';
import { useMe } from '../session/use-session.ts';
import { ResultList } from './result-list.tsx';
import { type Result, resultsFor } from './results.ts';
import { foundSchema } from './search-schema.ts';

/** As the api takes it: the longest id of an event. */
const TEXT_LENGTH_MAX = 256;

/** A person who types pauses shorter than this between letters. */
const PAUSE_MS = 120;

/** Finds people and things by a text, with arrow keys and Enter. */
export function SearchDialog({ onClose }: { readonly onClose: () => void }) {
  const { kind } = useMe();
  const [text, setText] = useState('');
  const asked = useDelayed(text.trim());
  const [chosen, setChosen] = useState(0);
  const found = useApi('/v1/search', { q: asked }, foundSchema, { enabled: asked !== '' });
  // What was found for a text that somebody wrote on is found still, until the answer is there.
  const groups = resultsFor(text, text.trim() === '' ? undefined : found.data, entriesFor(kind));
  const results = groups.flatMap((group) => group.results);
  const current = Math.min(chosen, results.length - 1);
  const isBusy = text.trim() !== '' && (asked !== text.trim() || found.isFetching);
  const isWanted = useRef(false);
  const list = useId();

  const open = ({ to }: Result): void => {
    onClose();
    go(to);
  };
  // Whoever pressed Enter before the answer was there wants the first of what comes.
  useEffect(() => {
    const [first] = results;
    if (isWanted.current && !isBusy && first !== undefined) open(first);
  });
  const press = (event: KeyboardEvent): void => {
    const step = STEPS[event.key];
    if (step !== undefined) setChosen((current + step + results.length) % Math.max(results.length, 1));
    else if (event.key === 'Enter') {
      const result = results[current];
      if (isBusy && current === 0) isWanted.current = true;
      else if (result !== undefined) open(result);
    } else return;
    event.preventDefault();
  };
  return (
    <Dialog title="Search" onClose={onClose}>
      <input
        type="text"
        role="combobox"
        aria-label="Search for a person, account, project, cluster, event id or view"
        aria-expanded={results.length > 0}
        aria-controls={list}
        aria-activedescendant={results.length === 0 ? undefined : `${list}-${current}`}
        aria-autocomplete="list"
        placeholder="Person, account, project, cluster, event id or view"
        autoComplete="off"
        spellCheck={false}
        maxLength={TEXT_LENGTH_MAX}
        value={text}
        onChange={(event) => {
          isWanted.current = false;
          setText(event.target.value);
          setChosen(0);
        }}
        onKeyDown={press}
      />
      {found.error === null ? null : <Problem problem={found.error} />}
      <ResultList id={list} groups={groups} current={current} onOpen={open} />
      <p role="status" className={results.length === 0 ? 'search-none quiet' : 'visually-hidden'}>
        {isBusy
          ? 'Searching…'
          : results.length === 0
            ? `Nothing found for “${text.trim()}”.`
            : `${results.length} found.`}
      </p>
      <div className="search-foot">
        <p className="quiet" aria-hidden="true">
          <kbd>↑</kbd> <kbd>↓</kbd> to choose, <kbd>Enter</kbd> to open, <kbd>Esc</kbd> to close
        </p>
        <button type="button" className="button button-quiet" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

/** A text as it was when its writer paused. */
function useDelayed(text: string): string {
  const [delayed, setDelayed] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setDelayed(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return delayed;
}
