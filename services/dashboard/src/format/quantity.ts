import { isDecimal, parseDecimal, perMille } from './decimal.ts';
import { LOCALES } from './locale.ts';

/** What people call the meters of the default rate card; another meter has its own name only. */
const METERS: Readonly<Record<string, { readonly name: string; readonly unit: string }>> = {
  cpu_hours: { name: 'CPU', unit: 'core-hours' },
  gpu_hours: { name: 'GPU', unit: 'GPU-hours' },
  ram_gb_hours: { name: 'RAM', unit: 'GB-hours' },
  online_storage_gb_hours: { name: 'Online storage', unit: 'GB-hours' },
  offline_storage_gb_hours: { name: 'Offline storage', unit: 'GB-hours' },
  network_egress_gb: { name: 'Network egress', unit: 'GB' },
  imported_usd: { name: 'Billed before, imported', unit: 'USD' },
};

/** How the meters of imported usage begin: what follows is the meter that it would be counted on. */
const IMPORTED = 'imported_';

/** A GPU model with a meter of its own: `gpu_hours_h100`. */
const GPU_MODEL = /^gpu_hours_(.+)$/;

/** What people call a meter: `CPU`, `GPU H100`; else the meter's own name. */
export function meterName(meter: string): string {
  if (METERS[meter] === undefined && meter.startsWith(IMPORTED))
    return `${meterName(meter.slice(IMPORTED.length))}, imported`;
  const model = GPU_MODEL.exec(meter)?.[1];
  return METERS[meter]?.name ?? (model === undefined ? meter : `GPU ${model.toUpperCase()}`);
}

/** The unit of a meter, or nothing for one whose unit is not known. */
export function meterUnit(meter: string): string {
  if (METERS[meter] === undefined && meter.startsWith(IMPORTED)) return meterUnit(meter.slice(IMPORTED.length));
  return METERS[meter]?.unit ?? (GPU_MODEL.test(meter) ? 'GPU-hours' : '');
}

const QUANTITY = new Intl.NumberFormat(LOCALES, { maximumFractionDigits: 2 });
const SMALL = new Intl.NumberFormat(LOCALES, { maximumSignificantDigits: 2 });

/** Below it two decimals would show 0.00 or one digit. */
const SMALL_BELOW = parseDecimal('0.1');

/** A quantity with two decimals, and a small one with two digits. Other text is shown as it is. */
export function formatQuantity(text: string): string {
  if (!isDecimal(text)) return text;
  const value = parseDecimal(text);
  const isSmall = value !== 0n && value < SMALL_BELOW && value > -SMALL_BELOW;
  return (isSmall ? SMALL : QUANTITY).format(text);
}

const ALIGNED = new Intl.NumberFormat(LOCALES, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** The same with two decimals always, so that the points of a column stand below each other. */
export function formatQuantityAligned(text: string): string {
  const shown = formatQuantity(text);
  const isRounded = isDecimal(text) && shown === QUANTITY.format(text);
  return isRounded ? ALIGNED.format(text) : shown;
}

/** The exact quantity with its unit, for the title of what shows it rounded. */
export function exactQuantity(text: string, meter?: string): string {
  const unit = meter === undefined ? '' : meterUnit(meter);
  return unit === '' ? text : `${text} ${unit}`;
}

const COUNT = new Intl.NumberFormat(LOCALES);

/** A count of things. */
export function formatCount(count: number | bigint): string {
  return COUNT.format(count);
}

const SHARE = new Intl.NumberFormat(LOCALES, {
  style: 'percent',
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});

/** How much of the whole a part is: `12.3%`; undefined when there is no whole. */
export function formatShare(part: string, whole: string): string | undefined {
  const share = perMille(parseDecimal(part), parseDecimal(whole));
  return share === undefined ? undefined : SHARE.format(share / 1_000);
}
