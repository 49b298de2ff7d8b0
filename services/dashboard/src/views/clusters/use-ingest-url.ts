import { useState } from 'react';

/** Where the browser keeps it: it is the same for every cluster. */
const STORED_AS = 'hopsmeter.ingest-url';

const EXAMPLE = 'https://ingest.example.com';

/** Where collectors send usage, as somebody of this browser entered it last. */
export function useIngestUrl(): readonly [url: string, setUrl: (url: string) => void] {
  const [url, setUrl] = useState(() => localStorage.getItem(STORED_AS) ?? EXAMPLE);
  const keep = (next: string): void => {
    localStorage.setItem(STORED_AS, next);
    setUrl(next);
  };
  return [url, keep];
}
