/**
 * The counters of what pods sent to the internet, of the network costs daemon set of OpenCost and Kubecost. What a
 * container sent at all (`container_network_transmit_bytes_total`) is mostly traffic within the cluster.
 */
export const EGRESS_QUERY = 'kubecost_pod_network_egress_bytes_total{internet="true"}';

/** How often what is no selector is evaluated: as often as most exporters are scraped. */
const STEP = '30s';

/** All samples of a query in the seconds before a moment: those that were scraped, where it is a selector. */
export function samplesOf(query: string, seconds: number): string {
  return isSelector(query) ? `${query.trim()}[${seconds}s]` : `(${query})[${seconds}s:${STEP}]`;
}

/** A metric with or without labels to select by; an operator or a function makes it more. */
const SELECTOR = /^\s*(?:[a-zA-Z_:][\w:]*)?\s*(?:\{[^{}]*\})?\s*$/;

/** May hold braces. */
const TEXT = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g;

function isSelector(query: string): boolean {
  return SELECTOR.test(query.replaceAll(TEXT, ''));
}
