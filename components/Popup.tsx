import { useCallback, useMemo, useRef, useState } from 'preact/hooks';
import browser from 'webextension-polyfill';
import { sendCommand } from '../lib/protocol/send.ts';
import { db } from '../lib/store/database.ts';
import type { BackgroundFetchRow } from '../lib/store/schema.ts';
import { formatInteger } from '../lib/ui/format.ts';
import { plural, t } from '../lib/ui/messages.ts';
import { SpeedMeter } from '../lib/ui/speed.ts';
import { isolate } from '../lib/ui/text.ts';
import { groupBySite, isFinished, sortFinished, titleOf, transferred, viewDownload } from '../lib/ui/view.ts';
import { Announcer } from './Announcer.tsx';
import { type Action, Download } from './Download.tsx';
import { ErrorMessage } from './ErrorMessage.tsx';
import { FinishedDownload } from './FinishedDownload.tsx';
import { Glyph } from './Glyph.tsx';
import { useLive, useNow, useOnline } from './hooks.ts';
import { Origin } from './Origin.tsx';
import { useKeptFocus } from './useKeptFocus.ts';

const allBackgroundFetches = () => db.backgroundFetches.toArray();

/** Every download of every site. */
export function Popup() {
  const meter = useMemo(() => new SpeedMeter(), []);
  const measure = useCallback(
    (rows: BackgroundFetchRow[]) => {
      const now = Date.now();
      const running = rows.filter((row) => row.state === 'active' && row.retryAt <= now);
      for (const row of running) meter.add(row.key, transferred(row), now);
      meter.retain(new Set(running.map((row) => row.key)));
    },
    [meter],
  );
  const { value: rows, error } = useLive(allBackgroundFetches, measure);
  const online = useOnline();
  const now = useNow(rows?.some((row) => !isFinished(row)) ?? false);
  const [message, setMessage] = useState('');
  const main = useRef<HTMLElement>(null);
  useKeptFocus(main);

  const run = (command: Promise<undefined>, failure: string) => {
    command.then(
      () => setMessage(''),
      (reason: unknown) => setMessage(explain(failure, reason)),
    );
  };
  const act = (action: Action, row: BackgroundFetchRow) =>
    run(sendCommand(action, { key: row.key }), t(`${action}Failed`, isolate(titleOf(row))));
  const clear = (argument: { key?: string }) => run(sendCommand('clear', argument), t('clearFailed'));

  const views = new Map(
    (rows ?? []).map((row) => [
      row.key,
      viewDownload(row, { now, online, speed: meter.speed(row.key, now) }),
    ]),
  );
  const unfinished = (rows ?? []).filter((row) => !isFinished(row));
  const finished = sortFinished((rows ?? []).filter(isFinished));
  const withView = (row: BackgroundFetchRow) => {
    const view = views.get(row.key);
    return view ? [{ row, view }] : [];
  };

  return (
    <>
      <header>
        <img src="/icon/48.png" alt="" width="24" height="24" />
        <h1>{t('extensionName')}</h1>
        {unfinished.length > 0 && (
          <p class="count">{plural('downloadCount', unfinished.length, formatInteger(unfinished.length))}</p>
        )}
        <button
          type="button"
          class="action"
          aria-label={t('settings')}
          title={t('settings')}
          onClick={() => browser.runtime.openOptionsPage()}
        >
          <Glyph name="settings" />
        </button>
      </header>
      <ErrorMessage
        message={message || (error ? explain(t('databaseFailed'), error) : '')}
        onDismiss={() => setMessage('')}
      />
      <main ref={main} tabIndex={-1} aria-label={t('downloads')}>
        {rows?.length === 0 && <Nothing />}
        {groupBySite(unfinished).map((group) => (
          <section key={group.origin}>
            <div class="bar site">
              <h2>
                <Origin origin={group.origin} />
              </h2>
            </div>
            <ul>
              {group.rows.flatMap(withView).map(({ row, view }) => (
                <Download key={row.key} row={row} view={view} act={act} />
              ))}
            </ul>
          </section>
        ))}
        {finished.length > 0 && (
          <section key="finished" class="finished">
            <div class="bar">
              <h2>{t('finished')}</h2>
              <button type="button" onClick={() => clear({})}>
                {t('clearAll')}
              </button>
            </div>
            <ul>
              {finished.flatMap(withView).map(({ row, view }) => (
                <FinishedDownload
                  key={row.key}
                  row={row}
                  view={view}
                  now={now}
                  open={(row) => act('click', row)}
                  clear={({ key }) => clear({ key })}
                />
              ))}
            </ul>
          </section>
        )}
      </main>
      <Announcer views={[...views.values()]} />
    </>
  );
}

function Nothing() {
  return (
    <div class="nothing">
      <Glyph name="download" />
      <p>{t('nothingHere')}</p>
      <p class="hint">{t('nothingHereHint')}</p>
    </div>
  );
}

function explain(failure: string, reason: unknown): string {
  return reason instanceof Error && reason.message ? `${failure} ${reason.message}` : failure;
}
