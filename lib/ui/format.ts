/** Numbers as the person's language writes them. */
import { language, t } from './messages.ts';

/** Making one costs far more than using it, and a list of a thousand downloads uses thousands. */
const numberFormats = new Map<string, Intl.NumberFormat>();

function numberFormat(options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  const key = `${language()} ${Object.values(options)}`;
  const format = numberFormats.get(key) ?? new Intl.NumberFormat(language(), options);
  numberFormats.set(key, format);
  return format;
}

const BYTE_UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** `1_234_000` → “1.2 MB”. Powers of 1000, as the SI names say. */
export function formatBytes(bytes: number): string {
  return formatScaled(bytes, '');
}

/** `bytesPerSecond` → “1.2 MB/s”. */
export function formatSpeed(bytesPerSecond: number): string {
  return formatScaled(bytesPerSecond, '-per-second');
}

function formatScaled(bytes: number, suffix: '' | '-per-second'): string {
  let scaled = Math.max(0, bytes);
  let unit = 0;
  // 999.5 kB would be written as 1,000 kB.
  while (Math.round(scaled) >= 1000 && unit < BYTE_UNITS.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return numberFormat({
    style: 'unit',
    unit: `${BYTE_UNITS[unit]}${suffix}`,
    unitDisplay: unit === 0 && suffix === '' ? 'long' : 'short',
    maximumFractionDigits: unit === 0 || scaled >= 100 ? 0 : 1,
  }).format(scaled);
}

/** `fraction` of 1 → “27%”. Rounds down: 100% is said of what is complete only. */
export function formatPercent(fraction: number): string {
  return numberFormat({ style: 'percent', roundingMode: 'floor' }).format(fraction);
}

export function formatInteger(value: number): string {
  return numberFormat().format(value);
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time in ms in its largest units: “8 sec”, “3 min”, “1 hr, 5 min”, “2 days, 3 hr”. At least one second. */
export function formatDuration(ms: number): string {
  if (ms >= DAY - 30 * MINUTE) return join(split(ms, DAY, HOUR), 'day', 'hour');
  if (ms >= HOUR - MINUTE / 2) return join(split(ms, HOUR, MINUTE), 'hour', 'minute');
  if (ms >= MINUTE - SECOND / 2) return formatUnit(Math.round(ms / MINUTE), 'minute');
  return formatUnit(Math.max(1, Math.round(ms / SECOND)), 'second');
}

function split(ms: number, large: number, small: number): [number, number] {
  const smalls = Math.round(ms / small);
  const each = large / small;
  return [Math.floor(smalls / each), smalls % each];
}

function join([large, small]: [number, number], largeUnit: string, smallUnit: string): string {
  const parts = [formatUnit(large, largeUnit), ...(small > 0 ? [formatUnit(small, smallUnit)] : [])];
  return new Intl.ListFormat(language(), { type: 'unit', style: 'short' }).format(parts);
}

function formatUnit(value: number, unit: string): string {
  return numberFormat({ style: 'unit', unit, unitDisplay: 'short' }).format(value);
}

/** How long before `now` a `moment` was (both ms since the epoch); from a day on its date and time. */
export function formatMoment(moment: number, now: number): string {
  const ago = now - moment;
  const relative = new Intl.RelativeTimeFormat(language());
  if (ago < MINUTE) return t('justNow');
  if (ago < HOUR) return relative.format(-Math.floor(ago / MINUTE), 'minute');
  if (ago < DAY) return relative.format(-Math.floor(ago / HOUR), 'hour');
  return formatDateTime(moment);
}

/** Date and time of a moment (ms since the epoch). */
export function formatDateTime(moment: number): string {
  return new Intl.DateTimeFormat(language(), { dateStyle: 'medium', timeStyle: 'short' }).format(moment);
}

/** The time of a moment (ms since the epoch) to the millisecond, for developers. */
export function formatTime(moment: number): string {
  return new Intl.DateTimeFormat(language(), {
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    fractionalSecondDigits: 3,
  }).format(moment);
}
