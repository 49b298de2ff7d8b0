import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';

/** The ways to download what is shown, below one button: Escape and a click elsewhere close it. */
export function DownloadMenu({ children }: { readonly children: ReactNode }) {
  const menu = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: PointerEvent): void => {
      if (event.target instanceof Node && menu.current?.contains(event.target) === false) menu.current.open = false;
    };
    document.addEventListener('pointerdown', close);
    return () => document.removeEventListener('pointerdown', close);
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || menu.current === null) return;
    menu.current.open = false;
    menu.current.querySelector('summary')?.focus();
  };
  return (
    <details className="download-menu" ref={menu} onKeyDown={onKeyDown}>
      <summary className="button">
        <span aria-hidden="true">↓</span> Download
      </summary>
      <div className="download-menu-files">{children}</div>
    </details>
  );
}
