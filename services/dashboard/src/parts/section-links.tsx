import { Link } from 'wouter';

export type SectionLinksProps = {
  /** What they are sections of, for screen readers. */
  readonly label: string;
  readonly links: readonly { readonly to: string; readonly text: string }[];
  /** The address among `links` that is shown. */
  readonly current: string;
};

/** The sections of a thing that has several views, such as an account. */
export function SectionLinks({ label, links, current }: SectionLinksProps) {
  return (
    <nav aria-label={label}>
      <ul className="section-links">
        {links.map(({ to, text }) => (
          <li key={to}>
            <Link href={to} aria-current={to === current ? 'page' : undefined}>
              {text}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
