import { useEffect, useId, useState } from 'react';

export type SearchBoxProps = {
  /** What is searched: `Search accounts`. */
  readonly label: string;
  readonly value: string;
  /** Told when the person stopped typing for a moment. */
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
};

/** A person who types pauses shorter than this between letters. */
const PAUSE_MS = 250;

/** A field to search with. */
export function SearchBox({ label, value, onChange, placeholder }: SearchBoxProps) {
  const id = useId();
  const [text, setText] = useState(value);
  // The address changed otherwise, such as by the back button.
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return undefined;
    const timer = setTimeout(() => onChange(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return (
    <search className="search-box">
      <label htmlFor={id} className="visually-hidden">
        {label}
      </label>
      <input
        id={id}
        type="search"
        value={text}
        placeholder={placeholder ?? label}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
      />
    </search>
  );
}
