import { HOURS_OF_DAY, type Place, placeOf } from './cell-place.ts';
import type { CoverageCell, CoverageState } from './coverage-schemas.ts';

export type HoursDrawing = {
  readonly cells: readonly CoverageCell[];
  readonly dayCount: number;
  /** In pixels of the page. */
  readonly width: number;
  readonly height: number;
  /** The hour that is pointed at or chosen. */
  readonly marked: Place | undefined;
};

/** Room between days; hours of a day touch, so that a long gap is one mark. */
const DAY_GAP = 2;

/**
 * Draws a month of hours: days from left to right, the hours of each from top to bottom. States differ in form and in
 * how dark they are, not in colour only: complete is a pale full bar, missing a dark one with notches, short fills the
 * left half and over the right, unreported and unchecked are lines.
 */
export function drawHours(canvas: HTMLCanvasElement, { cells, dayCount, width, height, marked }: HoursDrawing): void {
  const scale = window.devicePixelRatio;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext('2d');
  if (context === null) return;
  const style = getComputedStyle(canvas);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const colours = {
    complete: colour('--coverage-complete'),
    short: colour('--coverage-short'),
    missing: colour('--coverage-missing'),
    other: colour('--coverage-other'),
    none: colour('--line'),
    surface: colour('--surface'),
    text: colour('--text'),
  };
  context.scale(scale, scale);
  context.clearRect(0, 0, width, height);
  const [dayWidth, rowHeight] = [width / dayCount, height / HOURS_OF_DAY];
  const boxOf = ({ day, hour }: Place) => {
    const [left, right] = [Math.round(day * dayWidth), Math.round((day + 1) * dayWidth) - DAY_GAP];
    const [top, bottom] = [Math.round(hour * rowHeight), Math.round((hour + 1) * rowHeight)];
    return { left, top, width: Math.max(right - left, 1), height: Math.max(bottom - top, 1) };
  };
  for (const { hour, state } of cells) drawState(context, colours, state, boxOf(placeOf(hour)));
  if (marked === undefined) return;
  const box = boxOf(marked);
  context.strokeStyle = colours.text;
  context.lineWidth = 2;
  context.strokeRect(box.left - 1, box.top - 1, box.width + 2, box.height + 2);
}

type Box = { readonly left: number; readonly top: number; readonly width: number; readonly height: number };

function drawState(
  context: CanvasRenderingContext2D,
  colours: Readonly<Record<'complete' | 'short' | 'missing' | 'other' | 'none' | 'surface', string>>,
  state: CoverageState,
  { left, top, width, height }: Box,
): void {
  const fill = (style: string, x: number, y: number, w: number, h: number): void => {
    context.fillStyle = style;
    context.fillRect(x, y, w, h);
  };
  const middle = top + Math.floor(height / 2);
  switch (state) {
    case 'complete':
      fill(colours.complete, left, top, width, height);
      break;
    case 'missing': {
      fill(colours.missing, left, top, width, height);
      const notch = Math.max(2, Math.round(width / 7));
      fill(colours.surface, left + Math.round(width / 2 - notch / 2), top + 1, notch, Math.max(height - 2, 1));
      break;
    }
    case 'short':
      fill(colours.complete, left, top, width, height);
      fill(colours.short, left, top, Math.ceil(width / 2), height);
      break;
    case 'over':
      fill(colours.complete, left, top, width, height);
      fill(colours.short, left + Math.floor(width / 2), top, Math.ceil(width / 2), height);
      break;
    case 'unreported':
      fill(colours.other, left, middle, width, 2);
      break;
    case 'unchecked':
      fill(colours.other, left, middle, Math.ceil(width / 3), 2);
      fill(colours.other, left + width - Math.ceil(width / 3), middle, Math.ceil(width / 3), 2);
      break;
    case 'none':
      fill(colours.none, left, middle, width, 1);
      break;
  }
}
