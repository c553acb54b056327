/** What the person is told of a background fetch: its row in words and numbers. */
import type { BackgroundFetchRow } from '../store/schema.ts';
import { formatBytes, formatDuration, formatInteger, formatPercent, formatSpeed } from './format.ts';
import { type MessageKey, plural, t } from './messages.ts';
import { cleanText, isolate } from './text.ts';

/** What a download is doing, as the person sees it. */
export type Phase =
  | 'asking'
  | 'downloading'
  | 'waitingForLine'
  | 'waitingForUnmetered'
  | 'tryingAgain'
  | 'paused'
  | 'handingOver'
  | 'waitingForSite'
  | 'done';

/** What the words depend on beside the row. */
export interface Circumstances {
  /** ms since the epoch. */
  now: number;
  /** `navigator.onLine` */
  online: boolean;
  /** The person wants to wait while the line is paid for by volume, and it is. */
  waitsForUnmetered: boolean;
  /** Bytes per second; 0 for unknown. */
  speed: number;
}

export interface Progress {
  /** Of 1; null where no total is known. */
  fraction: number | null;
  /** Whether it should look alive. */
  moving: boolean;
}

export interface DownloadView {
  key: string;
  phase: Phase;
  title: string;
  /** What it is doing, or how it ended. */
  status: string;
  failed: boolean;
  /** What the person can do about it; '' for nothing special. */
  advice: string;
  /** Null where there is none to show any more. */
  progress: Progress | null;
  /** What belongs to the status: “about 3 min left”, “try 2 of 8”; '' for nothing. */
  remark: string;
  /** “3 MB of 10 MB”, “30%”, “1.2 MB/s”: what is known of these. */
  facts: string[];
}

const FAILURES: Record<Exclude<BackgroundFetchRow['failureReason'], ''>, MessageKey & string> = {
  aborted: 'aborted',
  'bad-status': 'failedBadStatus',
  'fetch-error': 'failedFetchError',
  'quota-exceeded': 'failedQuota',
  'download-total-exceeded': 'failedTotal',
};

export function viewDownload(row: BackgroundFetchRow, circumstances: Circumstances): DownloadView {
  const phase = phaseOf(row, circumstances);
  // Getters: of a thousand downloads a few are in sight, and words and numbers cost time.
  return {
    key: row.key,
    phase,
    failed: row.failureReason !== '' && row.failureReason !== 'aborted',
    get title() {
      return titleOf(row);
    },
    get status() {
      return statusOf(row, phase, circumstances.now);
    },
    get advice() {
      return adviceOf(row);
    },
    get progress() {
      return progressOf(row, phase);
    },
    get remark() {
      return remarkOf(row, phase, circumstances.speed);
    },
    get facts() {
      return factsOf(row, phase, circumstances.speed);
    },
  };
}

export function titleOf(row: BackgroundFetchRow): string {
  return cleanText(row.title) || t('untitled');
}

/** Bytes that went over the line, both ways. */
export function transferred(row: BackgroundFetchRow): number {
  return row.downloaded + row.uploaded;
}

export function isFinished(row: BackgroundFetchRow): boolean {
  return row.state === 'done';
}

/** Rows grouped by site; sites and rows in order of their start, so that nothing moves under the pointer. */
export function groupBySite(rows: BackgroundFetchRow[]): { origin: string; rows: BackgroundFetchRow[] }[] {
  const sorted = rows.toSorted((a, b) => a.startedAt - b.startedAt || (a.key < b.key ? -1 : 1));
  return [...Map.groupBy(sorted, (row) => row.origin)].map(([origin, rows]) => ({ origin, rows }));
}

/** Whether a download's title or its site has `text` in it. */
export function matches(row: BackgroundFetchRow, text: string): boolean {
  const wanted = text.trim().toLocaleLowerCase();
  return `${titleOf(row)}\n${row.origin}`.toLocaleLowerCase().includes(wanted);
}

/** How much of all that runs is there, of 1; null where nothing tells. */
export function overallFraction(rows: BackgroundFetchRow[]): number | null {
  const fractions = rows.flatMap((row) => fractionOf(row) ?? []);
  return fractions.length === 0 ? null : fractions.reduce((sum, each) => sum + each, 0) / fractions.length;
}

/** Finished ones, the latest first. */
export function sortFinished(rows: BackgroundFetchRow[]): BackgroundFetchRow[] {
  return rows.toSorted((a, b) => b.doneAt - a.doneAt || (a.key < b.key ? -1 : 1));
}

/** Sentences for a screen reader about downloads whose state changed since `before`; numbers are left out. */
export function announcements(before: ReadonlyMap<string, Phase>, views: DownloadView[]): string[] {
  const changed = views.filter(({ key, phase }) => before.has(key) && before.get(key) !== phase);
  return [...new Set(changed.map(({ title, status }) => t('announcement', isolate(title), status)))];
}

function phaseOf(row: BackgroundFetchRow, { now, online, waitsForUnmetered }: Circumstances): Phase {
  switch (row.state) {
    case 'pending':
      return 'asking';
    case 'paused':
      return 'paused';
    case 'active':
      if (!online) return 'waitingForLine';
      if (waitsForUnmetered && row.pausable) return 'waitingForUnmetered';
      return row.retryAt > now ? 'tryingAgain' : 'downloading';
    case 'settled':
      return row.deliveryAttempts > 0 ? 'waitingForSite' : 'handingOver';
    case 'delivering':
      return 'handingOver';
    case 'done':
      return 'done';
  }
}

function statusOf(row: BackgroundFetchRow, phase: Phase, now: number): string {
  switch (phase) {
    case 'tryingAgain':
      return t('tryingAgainIn', formatDuration(row.retryAt - now));
    case 'handingOver':
    case 'waitingForSite':
      // The site learns of its failures too, but to the person the failure is the news.
      return row.failureReason === '' ? t(phase) : outcomeOf(row);
    case 'done':
      return outcomeOf(row);
    default:
      return t(phase);
  }
}

const ADVICE: Partial<Record<BackgroundFetchRow['failureReason'], MessageKey & string>> = {
  'bad-status': 'adviceBadStatus',
  'fetch-error': 'adviceFetchError',
  'quota-exceeded': 'adviceQuota',
  'download-total-exceeded': 'adviceTotal',
};

function adviceOf({ failureReason }: BackgroundFetchRow): string {
  const advice = ADVICE[failureReason];
  return advice ? t(advice) : '';
}

function outcomeOf(row: BackgroundFetchRow): string {
  if (row.deliveredBy === 'dropped') return t('dropped');
  if (row.failureReason !== '') return t(FAILURES[row.failureReason]);
  // The site's service worker was unregistered before it could get it.
  if (row.deliveredBy === '') return t('siteGone');
  if (row.deliveredBy === 'expired') return t('expired');
  if (row.deliveredBy === 'event') return t('succeeded');
  return t('deliveredIntoCache', isolate(cleanText(`background-fetch:${row.id}`)));
}

function progressOf(row: BackgroundFetchRow, phase: Phase): Progress | null {
  if (phase === 'done' || phase === 'asking' || row.failureReason !== '') return null;
  if (phase === 'handingOver' || phase === 'waitingForSite') return { fraction: 1, moving: false };
  return { fraction: fractionOf(row), moving: phase === 'downloading' };
}

function fractionOf(row: BackgroundFetchRow): number | null {
  if (row.downloadTotal > 0) return Math.min(1, transferred(row) / (row.downloadTotal + row.uploadTotal));
  return row.recordCount > 1 ? row.settledCount / row.recordCount : null;
}

function remarkOf(row: BackgroundFetchRow, phase: Phase, speed: number): string {
  if (phase === 'tryingAgain' && row.triesAllowed > 0)
    return t('tryOf', formatInteger(row.failedTries + 1), formatInteger(row.triesAllowed));
  const left = row.downloadTotal + row.uploadTotal - transferred(row);
  if (phase !== 'downloading' || speed < 1 || row.downloadTotal === 0 || left <= 0) return '';
  return t('timeLeft', formatDuration((left / speed) * 1000));
}

function factsOf(row: BackgroundFetchRow, phase: Phase, speed: number): string[] {
  if (phase === 'asking') return row.downloadTotal > 0 ? [formatBytes(row.downloadTotal)] : [];
  if (row.state !== 'active' && row.state !== 'paused')
    // Of what failed nothing is left.
    return row.failureReason === '' && row.downloaded > 0 ? [formatBytes(row.downloaded)] : [];
  const facts = [...amountsOf(row)];
  if (row.downloadTotal > 0) facts.push(formatPercent(fractionOf(row) ?? 0));
  if (phase === 'downloading' && speed >= 1) facts.push(formatSpeed(speed));
  return facts;
}

function* amountsOf(row: BackgroundFetchRow): Generator<string> {
  if (row.uploaded < row.uploadTotal) {
    yield t('bytesSent', formatBytes(row.uploaded), formatBytes(row.uploadTotal));
  }
  if (row.downloadTotal > 0) {
    yield t('bytesOfTotal', formatBytes(row.downloaded), formatBytes(row.downloadTotal));
  }
  if (row.recordCount > 1) {
    yield plural(
      'requestsDone',
      row.recordCount,
      formatInteger(row.settledCount),
      formatInteger(row.recordCount),
    );
  }
  if (row.downloadTotal === 0 && row.downloaded > 0) yield formatBytes(row.downloaded);
}
