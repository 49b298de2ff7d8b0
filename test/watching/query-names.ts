/** What Prometheus' language has of its own. */
const WORDS = new Set([
  ...['and', 'or', 'unless', 'bool', 'offset', 'by', 'without', 'on', 'ignoring', 'group_left', 'group_right', 'inf'],
  ...['nan', 'NaN'],
]);

/** A selector: a metric and the labels that it is chosen by. */
export type Selector = { readonly metric: string; readonly labels: readonly string[] };

/** What a query asks for. Label names after `by` and the like are told as labels of no metric (''). */
export function selectorsIn(query: string): Selector[] {
  const plain = query.replaceAll(/"(?:\\.|[^"\\])*"/g, '""').replaceAll(/\[[^\]]*\]/g, '');
  const grouped = [...plain.matchAll(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g)];
  const rest = grouped.reduce((text, [all]) => text.replace(all, ' '), plain);
  const selectors = [...rest.matchAll(/([A-Za-z_:][\w:]*)\s*(\{[^}]*\}|\()?/g)].flatMap(
    ([, metric = '', after = '']): Selector[] =>
      after === '(' || WORDS.has(metric)
        ? []
        : [{ metric, labels: [...after.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label) }],
  );
  const labels = grouped.flatMap(([, names = '']) => names.split(',').map((name) => name.trim()));
  return [...selectors, { metric: '', labels: labels.filter((label) => label !== '') }];
}
