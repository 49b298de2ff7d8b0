import { type ReactNode, useEffect, useRef } from 'react';

export type PageTitleProps = {
  readonly title: string;
  /** The title only says what kind of thing it is, until its name is there. */
  readonly isLoading?: boolean;
  /** Stands before the heading: the way up, such as a link to the list. */
  readonly up?: ReactNode;
  /** Stands beside the heading: a month picker, buttons. */
  readonly children?: ReactNode;
};

/** False until the first view was shown: opening the page leaves the focus where the browser puts it. */
let isFollowUp = false;

/**
 * The heading of a view. It names the browser's tab, and takes the focus when the person came from another view: else a
 * screen reader would stay silent, and the next Tab would start anywhere.
 */
export function PageTitle({ title, isLoading = false, up, children }: PageTitleProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · hopsmeter`;
  }, [title]);
  useEffect(() => {
    if (isFollowUp) heading.current?.focus({ preventScroll: true });
    isFollowUp = true;
  }, []);
  return (
    <header className="page-title">
      <div className="page-title-text">
        {up === undefined ? null : <p className="page-title-up">{up}</p>}
        <h1 ref={heading} tabIndex={-1} aria-busy={isLoading || undefined}>
          {title}
        </h1>
      </div>
      {children === undefined ? null : <div className="page-title-tools">{children}</div>}
    </header>
  );
}
