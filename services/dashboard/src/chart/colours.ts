import { SERIES_COLOURS } from './meter-colour.ts';

/** Colours of the chart's parts as they are now, light or dark: a canvas knows no custom properties. */
export type Colours = { readonly series: readonly string[]; readonly text: string; readonly line: string };

/** Reads the colours of `styles/tokens.css`. */
export function readColours(element: Element): Colours {
  const style = getComputedStyle(element);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  return {
    series: Array.from({ length: SERIES_COLOURS }, (_, place) => read(`--series-${place + 1}`)),
    text: read('--text-quiet'),
    line: read('--line'),
  };
}
