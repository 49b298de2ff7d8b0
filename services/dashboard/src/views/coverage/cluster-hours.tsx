import { type KeyboardEvent, type MouseEvent, memo, useEffect, useMemo, useRef, useState } from 'react';
import { useTheme } from '../../theme/use-theme.ts';
import { HOURS_OF_DAY, type Place, placeOf, sayCell } from './cell-place.ts';
import type { ClusterCoverage, CoverageCell } from './coverage-schemas.ts';
import { drawHours } from './draw-hours.ts';
import { STATE_TEXTS } from './states.ts';

export type ClusterHoursProps = {
  readonly cluster: ClusterCoverage;
  readonly dayCount: number;
  /** The hour that is chosen, when it is one of this cluster. */
  readonly chosen: string | undefined;
  readonly onChoose: (clusterId: string, hour: string) => void;
};

/** Four pixels for an hour: ten clusters are three screens, and each hour can still be pointed at. */
const HEIGHT_PX = 4 * HOURS_OF_DAY;

/**
 * A month of a cluster. What is pointed at is said above it; the arrow keys walk over the hours, which are said too,
 * and Enter chooses one. Drawn on a canvas: ten clusters have 7,440 hours, which take the browser long as elements.
 */
export const ClusterHours = memo(function ClusterHours({ cluster, dayCount, chosen, onChoose }: ClusterHoursProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [pointed, setPointed] = useState<Place>();
  const [walked, setWalked] = useState<Place>();
  const { isDark } = useTheme();
  const cells = useMemo(() => byPlace(cluster.cells), [cluster.cells]);
  const marked = walked ?? pointed ?? (chosen === undefined ? undefined : placeOf(chosen));
  useEffect(() => {
    if (canvas.current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(canvas.current);
    return () => observer.disconnect();
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are others when isDark changes
  useEffect(() => {
    if (canvas.current !== null && width > 0)
      drawHours(canvas.current, { cells: cluster.cells, dayCount, width, height: HEIGHT_PX, marked });
  }, [cluster.cells, dayCount, width, marked, isDark]);

  const choose = (place: Place | undefined): void => {
    const cell = place === undefined ? undefined : cells.get(keyOf(place));
    if (cell !== undefined) onChoose(cluster.clusterId, cell.hour);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const next = walk(event.key, marked, dayCount);
    if (next !== undefined) setWalked(next);
    else if (event.key === 'Enter' || event.key === ' ') choose(marked);
    else return;
    event.preventDefault();
  };
  const placeAt = ({ nativeEvent, currentTarget }: MouseEvent<HTMLElement>): Place => ({
    day: Math.min(Math.floor((nativeEvent.offsetX / currentTarget.clientWidth) * dayCount), dayCount - 1),
    hour: Math.min(Math.floor(nativeEvent.offsetY / (HEIGHT_PX / HOURS_OF_DAY)), HOURS_OF_DAY - 1),
  });
  const cell = marked === undefined ? undefined : cells.get(keyOf(marked));
  const text = cell === undefined ? 'This hour has not begun, or nothing was set up then.' : sayCell(cell);
  return (
    <>
      <p className="coverage-pointed" aria-hidden="true">
        {marked === undefined ? sumUp(cluster.cells) : text}
      </p>
      <div
        className="coverage-hours"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys walk over the hours
        tabIndex={0}
        role="application"
        aria-label={
          `${cluster.clusterName}: ${sumUp(cluster.cells)} Arrow keys left and right choose a day, up and down an ` +
          'hour, Enter shows what is known of it.'
        }
        onKeyDown={onKeyDown}
        onBlur={() => setWalked(undefined)}
      >
        <canvas
          ref={canvas}
          style={{ height: HEIGHT_PX }}
          onMouseMove={(event) => {
            const place = placeAt(event);
            if (place.day !== pointed?.day || place.hour !== pointed.hour) setPointed(place);
          }}
          onMouseLeave={() => setPointed(undefined)}
          onClick={(event) => choose(placeAt(event))}
        />
      </div>
      <p className="visually-hidden" aria-live="polite">
        {walked === undefined ? '' : text}
      </p>
    </>
  );
});

const keyOf = ({ day, hour }: Place): number => day * HOURS_OF_DAY + hour;

function byPlace(cells: readonly CoverageCell[]): ReadonlyMap<number, CoverageCell> {
  return new Map(cells.map((cell) => [keyOf(placeOf(cell.hour)), cell]));
}

/** `700 complete, 3 missing.` */
function sumUp(cells: readonly CoverageCell[]): string {
  const counts = new Map<string, number>();
  for (const { state } of cells) counts.set(state, (counts.get(state) ?? 0) + 1);
  const parts = Object.entries(STATE_TEXTS).flatMap(([state, { name }]) => {
    const count = counts.get(state) ?? 0;
    return count === 0 ? [] : [`${count} ${name.toLowerCase()}`];
  });
  return `${parts.join(', ')}.`;
}

const STEPS: Readonly<Record<string, readonly [days: number, hours: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

function walk(key: string, from: Place | undefined, dayCount: number): Place | undefined {
  const step = STEPS[key];
  if (step === undefined) return undefined;
  if (from === undefined) return { day: 0, hour: 0 };
  return {
    day: Math.min(Math.max(from.day + step[0], 0), dayCount - 1),
    hour: Math.min(Math.max(from.hour + step[1], 0), HOURS_OF_DAY - 1),
  };
}
