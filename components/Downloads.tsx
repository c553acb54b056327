import { useCallback, useMemo, useRef, useState } from 'preact/hooks';
import browser from 'webextension-polyfill';
import { connection, isMetered } from '../lib/platform/connection.ts';
import { sendCommand } from '../lib/protocol/send.ts';
import { db } from '../lib/store/database.ts';
import type { BackgroundFetchRow } from '../lib/store/schema.ts';
import { readSettings } from '../lib/store/settings.ts';
import { formatInteger } from '../lib/ui/format.ts';
import { plural, t } from '../lib/ui/messages.ts';
import { SpeedMeter } from '../lib/ui/speed.ts';
import { isolate } from '../lib/ui/text.ts';
import {
  groupBySite,
  isFinished,
  matches,
  sortFinished,
  titleOf,
  transferred,
  viewDownload,
} from '../lib/ui/view.ts';
import { Announcer } from './Announcer.tsx';
import { type Act, Download } from './Download.tsx';
import { ErrorMessage } from './ErrorMessage.tsx';
import { FinishedDownload } from './FinishedDownload.tsx';
import { Glyph, type GlyphName } from './Glyph.tsx';
import { useLive, useNow, useOnline } from './hooks.ts';
import { InspectLink } from './InspectLink.tsx';
import { LazyRow } from './LazyRow.tsx';
import { Origin } from './Origin.tsx';
import { SearchField } from './SearchField.tsx';
import { Shortcuts } from './Shortcuts.tsx';
import { SiteAccess } from './SiteAccess.tsx';
import { useKeptFocus } from './useKeptFocus.ts';
import { useShortcuts } from './useShortcuts.ts';

/** From so many downloads on they can be searched. */
const MANY = 8;

const allBackgroundFetches = () => db.backgroundFetches.toArray();

/** Every download of every site. `page`: as a whole page, not as the popup. */
export function Downloads({ page }: { page: boolean }) {
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
  const { value: rows = [], error, ready } = useLive(allBackgroundFetches, measure);
  const { value: settings } = useLive(readSettings);
  const online = useOnline();
  const now = useNow(rows.some((row) => !isFinished(row)));
  const [message, setMessage] = useState('');
  const [search, setSearch] = useState('');
  const main = useRef<HTMLElement>(null);
  useKeptFocus(main);
  useShortcuts(main);

  const run = (command: Promise<undefined>, failure: string) => {
    command.then(
      () => setMessage(''),
      (reason: unknown) => setMessage(explain(failure, reason)),
    );
  };
  const act: Act = (action, row) => {
    if (action === 'alwaysAllow' || action === 'neverAllow') {
      const permission = action === 'alwaysAllow' ? 'allow' : 'block';
      run(sendCommand('permit', { origin: row.origin, permission }), t('commandFailed'));
    } else if (action === 'clear') {
      run(sendCommand('clear', { key: row.key }), t('clearFailed'));
    } else {
      run(sendCommand(action, { key: row.key }), t(`${action}Failed`, isolate(titleOf(row))));
    }
  };

  const waitsForUnmetered = settings?.waitWhileMetered === true && connection !== undefined && isMetered();
  const views = new Map(
    rows.map((row) => [
      row.key,
      viewDownload(row, { now, online, waitsForUnmetered, speed: meter.speed(row.key, now) }),
    ]),
  );
  const unfinished = rows.filter((row) => !isFinished(row));
  const searchable = rows.length >= MANY || search !== '';
  const found = searchable ? rows.filter((row) => matches(row, search)) : rows;
  const finished = sortFinished(found.filter(isFinished));
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
        <div class="actions">
          <AllButton rows={rows} run={run} />
          {!page && (
            <HeaderButton
              glyph="open"
              name={t('openInTab')}
              onPress={() => {
                void browser.tabs.create({ url: browser.runtime.getURL('/downloads.html') });
                window.close();
              }}
            />
          )}
          <HeaderButton
            glyph="settings"
            name={t('settings')}
            onPress={() => void browser.runtime.openOptionsPage()}
          />
        </div>
      </header>
      <ErrorMessage
        message={message || (error ? explain(t('databaseFailed'), error) : '')}
        onDismiss={() => setMessage('')}
      />
      {searchable && <SearchField label={t('search')} value={search} onInput={setSearch} />}
      <main ref={main} tabIndex={-1} aria-label={t('downloads')}>
        <SiteAccess />
        {ready && rows.length === 0 && <Nothing />}
        {rows.length > 0 && found.length === 0 && <p class="nothing hint">{t('nothingFound')}</p>}
        {groupBySite(found.filter((row) => !isFinished(row))).map((group) => (
          <section key={group.origin}>
            <div class="bar site">
              <h2>
                <Origin origin={group.origin} />
              </h2>
              <InspectLink origin={group.origin} />
            </div>
            <ul>
              {group.rows.flatMap(withView).map(({ row, view }, index) => (
                <LazyRow key={row.key} row={row} view={view} near={index < MANY}>
                  {() => <Download row={row} view={view} act={act} />}
                </LazyRow>
              ))}
            </ul>
          </section>
        ))}
        {finished.length > 0 && (
          <section key="finished" class="finished">
            <div class="bar">
              <h2>{t('finished')}</h2>
              <button type="button" onClick={() => run(sendCommand('clear', {}), t('clearFailed'))}>
                {t('clearAll')}
              </button>
            </div>
            <ul>
              {finished.flatMap(withView).map(({ row, view }, index) => (
                <LazyRow key={row.key} row={row} view={view} near={index < MANY}>
                  {() => <FinishedDownload row={row} view={view} now={now} act={act} />}
                </LazyRow>
              ))}
            </ul>
          </section>
        )}
      </main>
      {rows.length > 0 && <Shortcuts />}
      <Announcer views={[...views.values()]} />
    </>
  );
}

/** Pauses all, or where nothing is left to pause resumes all. */
function AllButton({
  rows,
  run,
}: {
  rows: BackgroundFetchRow[];
  run(command: Promise<undefined>, failure: string): void;
}) {
  const running = rows.filter((row) => row.state === 'active' && row.pausable).length;
  const paused = rows.filter((row) => row.state === 'paused').length;
  if (running + paused < 2) return null;
  return running > 0 ? (
    <HeaderButton
      glyph="pause"
      name={t('pauseAll')}
      onPress={() => run(sendCommand('pauseAll', {}), t('commandFailed'))}
    />
  ) : (
    <HeaderButton
      glyph="resume"
      name={t('resumeAll')}
      onPress={() => run(sendCommand('resumeAll', {}), t('commandFailed'))}
    />
  );
}

function HeaderButton({ glyph, name, onPress }: { glyph: GlyphName; name: string; onPress(): void }) {
  return (
    <button type="button" class="action" data-header={glyph} aria-label={name} title={name} onClick={onPress}>
      <Glyph name={glyph} />
    </button>
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
