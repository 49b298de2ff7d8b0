import { useEffect, useRef } from 'react';
import type { Result, ResultGroup } from './results.ts';

export type ResultListProps = {
  readonly id: string;
  readonly groups: readonly ResultGroup[];
  /** Place of the chosen one in all groups together. */
  readonly current: number;
  readonly onOpen: (result: Result) => void;
};

/** What was found, by kind. The field keeps the focus; the arrow keys choose here. */
export function ResultList({ id, groups, current, onOpen }: ResultListProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector(`[id="${CSS.escape(`${id}-${current}`)}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [id, current]);
  const firsts = groups.map((_, place) => groups.slice(0, place).reduce((sum, { results }) => sum + results.length, 0));
  return (
    <div ref={list} id={id} role="listbox" aria-label="Found" className="search-results" tabIndex={-1}>
      {groups.map(({ name, results }, group) => (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset is no part of a listbox
        <div key={name} role="group" aria-labelledby={`${id}-${name}`}>
          <p id={`${id}-${name}`} className="search-group" role="presentation">
            {name}
          </p>
          {results.map((result, place) => {
            const at = (firsts[group] ?? 0) + place;
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys
              // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus
              <div
                key={`${result.to} ${result.text}`}
                id={`${id}-${at}`}
                role="option"
                aria-selected={at === current}
                className="search-result"
                onClick={() => onOpen(result)}
              >
                <span className="search-result-text">{result.text}</span>
                {result.note === undefined ? null : <span className="search-result-note">{result.note}</span>}
              </div>
            );
          })}
        </div>
      ))}
    </div>
  );
}
