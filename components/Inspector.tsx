import { useCallback, useState } from 'preact/hooks';
import browser from 'webextension-polyfill';
import type { HeaderList } from '../lib/protocol/wire.ts';
import { recordsOf } from '../lib/store/background-fetches.ts';
import { db } from '../lib/store/database.ts';
import { logOf } from '../lib/store/log.ts';
import type { BackgroundFetchRow, LogRow, RecordRow } from '../lib/store/schema.ts';
import { downloadLog } from '../lib/ui/download-log.ts';
import { formatBytes, formatInteger, formatTime } from '../lib/ui/format.ts';
import { t } from '../lib/ui/messages.ts';
import { saveFile } from '../lib/ui/save-file.ts';
import { cleanText } from '../lib/ui/text.ts';
import { titleOf } from '../lib/ui/view.ts';
import { ErrorMessage } from './ErrorMessage.tsx';
import { useLive } from './hooks.ts';
import { Origin } from './Origin.tsx';

/** Requests shown of one background fetch. */
const MOST_REQUESTS = 200;

/** For developers: an origin's background fetches with their records, responses and events. */
export function Inspector({ origin }: { origin: string }) {
  const query = useCallback(
    async () => (await db.backgroundFetches.where({ origin }).sortBy('startedAt')).reverse(),
    [origin],
  );
  const { value: rows, error } = useLive(query);
  return (
    <main>
      <h1>{t('inspectorTitle')}</h1>
      <p>
        <Origin origin={origin} />
      </p>
      <ErrorMessage message={error ? t('databaseFailed') : ''} onDismiss={() => {}} />
      {rows?.length === 0 && <p>{t('inspectorEmpty')}</p>}
      {rows?.map((row, index) => (
        <Inspected key={row.key} row={row} open={index === 0} />
      ))}
    </main>
  );
}

function Inspected({ row, open: openAtFirst }: { row: BackgroundFetchRow; open: boolean }) {
  const [open, setOpen] = useState(openAtFirst);
  const status = row.failureReason ? `${row.state}: ${row.failureReason}` : row.state;
  return (
    <details
      class="card"
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      data-id={row.id}
    >
      <summary>
        <code>{row.id}</code> <bdi>{titleOf(row)}</bdi> <code>{status}</code>
      </summary>
      {open && <Contents row={row} />}
    </details>
  );
}

function Contents({ row }: { row: BackgroundFetchRow }) {
  const { key } = row;
  const query = useCallback(
    async () => ({
      records: await recordsOf(key).limit(MOST_REQUESTS).toArray(),
      log: await logOf(key),
    }),
    [key],
  );
  const { value } = useLive(query);
  if (!value) return null;
  return (
    <>
      <h2>{t('requests')}</h2>
      {value.records.length === 0 ? <p>{t('requestsGone')}</p> : <Requests records={value.records} />}
      {row.recordCount > MOST_REQUESTS && <p>{t('firstRequests', formatInteger(MOST_REQUESTS))}</p>}
      <h2>{t('events')}</h2>
      <Events log={value.log} />
      <SaveLog row={row} />
    </>
  );
}

function Requests({ records }: { records: RecordRow[] }) {
  return (
    <div class="table">
      <table>
        <thead>
          <tr>
            <th scope="col">{t('columnRequest')}</th>
            <th scope="col">{t('columnStatus')}</th>
            <th scope="col">{t('columnSize')}</th>
            <th scope="col">{t('columnResult')}</th>
          </tr>
        </thead>
        <tbody>
          {records.map(({ index, request, response, storedBytes, result }) => (
            <tr key={index}>
              <td>
                <details>
                  <summary>
                    <code>
                      {request.method} {request.url}
                    </code>
                  </summary>
                  <Headers name={t('requestHeaders')} headers={request.headers} />
                  {response && <Headers name={t('responseHeaders')} headers={response.headers} />}
                </details>
              </td>
              <td>{response?.status ?? '–'}</td>
              <td>{formatBytes(storedBytes)}</td>
              <td>
                <code>{result || '–'}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** As the site sees them: of an answer from elsewhere what CORS exposes. */
function Headers({ name, headers }: { name: string; headers: HeaderList }) {
  return (
    <>
      <h3>{name}</h3>
      <code>
        {headers.length === 0 ? '–' : headers.map(([header, value]) => <p>{`${header}: ${value}`}</p>)}
      </code>
    </>
  );
}

function Events({ log }: { log: LogRow[] }) {
  return (
    <div class="table">
      <table>
        <thead>
          <tr>
            <th scope="col">{t('columnTime')}</th>
            <th scope="col">{t('columnEvent')}</th>
            <th scope="col">{t('columnDetail')}</th>
          </tr>
        </thead>
        <tbody>
          {log.map(({ id, at, event, detail }) => (
            <tr key={id}>
              <td>
                <time dateTime={new Date(at).toISOString()}>{formatTime(at)}</time>
              </td>
              <td>
                <code>{event}</code>
              </td>
              <td>{cleanText(detail)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A bug report's part: URLs may hold what is private, so their queries are left out unless wanted. */
function SaveLog({ row }: { row: BackgroundFetchRow }) {
  const [queries, setQueries] = useState(false);
  const save = async () => {
    const [records, log] = await Promise.all([recordsOf(row.key).toArray(), logOf(row.key)]);
    const { version } = browser.runtime.getManifest();
    const { userAgent } = navigator;
    saveFile(
      'backfetch-log.txt',
      downloadLog(row, records, log, { queries, version, userAgent }),
      'text/plain',
    );
  };
  return (
    <p class="actions">
      <button type="button" data-action="log" onClick={() => void save()}>
        {t('saveLog')}
      </button>
      <label>
        <input
          type="checkbox"
          checked={queries}
          onChange={(event) => setQueries(event.currentTarget.checked)}
        />{' '}
        {t('saveLogQueries')}
      </label>
    </p>
  );
}
