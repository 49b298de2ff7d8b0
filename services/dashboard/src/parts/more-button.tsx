import { useEffect, useRef } from 'react';

export type MoreButtonProps = {
  /** A list of `useApiPages`. */
  readonly of: {
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly isError: boolean;
    readonly fetchNextPage: () => unknown;
  };
  /** Default `Show more`. */
  readonly text?: string;
  /** Also asks by itself when the reader comes near the end of the list. */
  readonly isEager?: boolean;
};

/** The next page is asked for this long before its place is on the screen. */
const NEAR = '1200px';

/** Asks for the next page of a list, while there is one. */
export function MoreButton({ of, text = 'Show more', isEager = false }: MoreButtonProps) {
  const { hasNextPage, isFetchingNextPage, isError, fetchNextPage } = of;
  const button = useRef<HTMLButtonElement>(null);
  const isWaiting = isEager && hasNextPage && !isFetchingNextPage && !isError;
  useEffect(() => {
    if (!isWaiting || button.current === null) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) fetchNextPage();
      },
      { rootMargin: NEAR },
    );
    observer.observe(button.current);
    return () => observer.disconnect();
  }, [isWaiting, fetchNextPage]);
  if (!hasNextPage) return null;
  return (
    <button
      ref={button}
      type="button"
      className="button more-button"
      disabled={isFetchingNextPage}
      onClick={() => void fetchNextPage()}
    >
      {isFetchingNextPage ? 'Loading…' : text}
    </button>
  );
}
