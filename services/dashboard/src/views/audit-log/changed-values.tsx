import type { AuditEntry } from './audit-schema.ts';
import { compareValues, fieldText } from './compare-values.ts';

/** What stood there before and stands there after, when it is opened. */
export function ChangedValues({ entry: { before, after, requestId } }: { readonly entry: AuditEntry }) {
  const values = compareValues(before, after);
  if (values.length === 0) return '–';
  const changed = values.filter(({ isChanged }) => isChanged).map(({ name }) => fieldText(name));
  return (
    <details className="audit-change">
      <summary>{changed.length === 0 ? 'Show it' : shorten(changed)}</summary>
      <table className="audit-values">
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          {values.map((value) => (
            <tr key={value.name} className={value.isChanged ? 'audit-changed' : undefined}>
              <th scope="row">{fieldText(value.name)}</th>
              <td>
                <pre>{value.before ?? '–'}</pre>
              </td>
              <td>
                <pre>{value.after ?? '–'}</pre>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {requestId === null ? null : <p className="quiet">Request {requestId}</p>}
    </details>
  );
}

/** Names that fit a line. */
const NAMES_MAX = 3;

function shorten(names: readonly string[]): string {
  const more = names.length - NAMES_MAX;
  return `${names.slice(0, NAMES_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
