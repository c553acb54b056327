import type { BackgroundFetchRow, LogRow, RecordRow } from '../store/schema.ts';

/** A URL without what may be private in it. */
function withoutQuery(url: string): string {
  const { origin, pathname, search } = new URL(url);
  return `${origin}${pathname}${search === '' ? '' : '?…'}`;
}

/** What happened to a download, as text for a bug report. `queries`: whether URLs keep their query strings. */
export function downloadLog(
  row: BackgroundFetchRow,
  records: RecordRow[],
  log: LogRow[],
  { queries, version, userAgent }: { queries: boolean; version: string; userAgent: string },
): string {
  const shown = (url: string) => (queries ? url : withoutQuery(url));
  const { key: _, icons: __, scope, ...facts } = row;
  return [
    `Backfetch ${version}, ${userAgent}`,
    '',
    `scope: ${shown(scope)}`,
    ...Object.entries(facts).map(([name, value]) => `${name}: ${JSON.stringify(value)}`),
    '',
    'Requests',
    ...records.map(
      ({ index, request, response, result, storedBytes }) =>
        `${index}: ${request.method} ${shown(request.url)}: ${response?.status ?? 'no answer'}, ${storedBytes} bytes, ${result || 'unsettled'}`,
    ),
    '',
    'Events',
    ...log.map(({ at, event, detail }) => `${new Date(at).toISOString()} ${event}${detail && `: ${detail}`}`),
    '',
  ].join('\n');
}
