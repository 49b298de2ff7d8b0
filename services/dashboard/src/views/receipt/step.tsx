import { type ReactNode, useId } from 'react';

/** A step of the story. */
export function Step({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const id = useId();
  return (
    <li>
      <section className="card" aria-labelledby={id}>
        <h2 id={id} className="receipt-step-title">
          {title}
        </h2>
        {children}
      </section>
    </li>
  );
}
