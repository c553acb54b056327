import { useState } from 'preact/hooks';
import { sendCommand } from '../lib/protocol/send.ts';
import { db } from '../lib/store/database.ts';
import type { BackgroundFetchRow, Permission, SiteRow } from '../lib/store/schema.ts';
import { formatBytes } from '../lib/ui/format.ts';
import { t } from '../lib/ui/messages.ts';
import { permissionNames } from '../lib/ui/permission-names.ts';
import { useLive } from './hooks.ts';
import { InspectLink } from './InspectLink.tsx';
import { Origin } from './Origin.tsx';
import { Question } from './Question.tsx';
import { SearchField } from './SearchField.tsx';

type Run = (command: Promise<unknown>, failure: string) => void;

interface Site {
  origin: string;
  /** Null where the person has said nothing. */
  permission: Permission | null;
  downloads: number;
  /** Bytes in the database. */
  storedBytes: number;
}

interface Stored {
  sites: Site[];
  /** Bytes. */
  usage: number;
  quota: number;
}

async function readStored(): Promise<Stored> {
  const [rows, said, { usage = 0, quota = 0 }] = await Promise.all([
    db.backgroundFetches.toArray(),
    db.sites.toArray(),
    navigator.storage.estimate(),
  ]);
  return { sites: sitesOf(rows, said), usage, quota };
}

/** Every site that has downloads or of which something was said, in order. */
function sitesOf(rows: BackgroundFetchRow[], said: SiteRow[]): Site[] {
  const permissions = new Map(said.map(({ origin, permission }) => [origin, permission]));
  const byOrigin = Map.groupBy(rows, (row) => row.origin);
  return [...new Set([...byOrigin.keys(), ...permissions.keys()])].toSorted().map((origin) => {
    const own = byOrigin.get(origin) ?? [];
    return {
      origin,
      permission: permissions.get(origin) ?? null,
      downloads: own.length,
      storedBytes: own.reduce((sum, { storedBytes, state }) => sum + (state === 'done' ? 0 : storedBytes), 0),
    };
  });
}

/** What each site may do and what it stores. */
export function Sites({ run }: { run: Run }) {
  const { value: stored } = useLive(readStored);
  const [search, setSearch] = useState('');
  if (!stored) return null;
  const { sites, usage, quota } = stored;
  const found = sites.filter(({ origin }) => origin.includes(search.trim().toLowerCase()));
  return (
    <section>
      <h2>{t('sitesSection')}</h2>
      <div class="card">
        {sites.length === 0 && <p class="note hint">{t('noSites')}</p>}
        {sites.length > 0 && <SearchField label={t('searchSites')} value={search} onInput={setSearch} />}
        {sites.length > 0 && found.length === 0 && <p class="note hint">{t('noSiteFound')}</p>}
        <ul class="sites">
          {found.map((site) => (
            <SiteItem key={site.origin} site={site} run={run} />
          ))}
        </ul>
      </div>
      <p class="hint">{t('storageOf', formatBytes(usage), formatBytes(quota))}</p>
    </section>
  );
}

function SiteItem({ site: { origin, permission, downloads, storedBytes }, run }: { site: Site; run: Run }) {
  const [asked, setAsked] = useState(false);
  const permit = (value: Permission | null) =>
    run(sendCommand('permit', { origin, permission: value }), t('configureFailed'));
  const names = { default: t('permissionDefault'), ...permissionNames() };
  return (
    <li data-origin={origin}>
      <div>
        <Origin origin={origin} />
      </div>
      {storedBytes > 0 && <span class="hint">{t('storedBytes', formatBytes(storedBytes))}</span>}
      <div class="actions">
        <select
          aria-label={t('permissionOf', origin)}
          value={permission ?? 'default'}
          onChange={({ currentTarget: { value } }) =>
            permit(value === 'default' ? null : (value as Permission))
          }
        >
          {Object.entries(names).map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
        {permission !== null && (
          <button
            type="button"
            data-action="forget"
            aria-label={t('forgetSite', origin)}
            onClick={() => permit(null)}
          >
            {t('forget')}
          </button>
        )}
        {downloads > 0 && (
          <button
            type="button"
            data-action="delete"
            aria-label={t('deleteDownloadsOf', origin)}
            onClick={() => setAsked(true)}
          >
            {t('deleteDownloads')}
          </button>
        )}
        {downloads > 0 && <InspectLink origin={origin} />}
      </div>
      {asked && (
        <Question
          text={t('deleteQuestion')}
          yes={t('deleteDownloads')}
          no={t('keep')}
          onAnswer={(yes) => {
            setAsked(false);
            if (yes) run(sendCommand('deleteDownloads', { origin }), t('commandFailed'));
          }}
        />
      )}
    </li>
  );
}
