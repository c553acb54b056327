import { deliver, fireBackgroundFetchClickEvent, isDeliveryDue } from '../delivery/deliver.ts';
import { KnockingWorkers } from '../delivery/knocking-workers.ts';
import type { SiteClients } from '../delivery/worker-calls.ts';
import { HostFrames } from '../host-frame/host-frames.ts';
import { siteRequest } from '../host-frame/site-request.ts';
import { connection, isMetered } from '../platform/connection.ts';
import type { Answers } from '../protocol/calls.ts';
import type { DownloaderCommands } from '../protocol/commands.ts';
import type { SetRule } from '../protocol/rules.ts';
import { tryNow } from '../store/background-fetches.ts';
import { announceChange } from '../store/changes.ts';
import { db } from '../store/database.ts';
import type { Settings } from '../store/schema.ts';
import { DEFAULT_SETTINGS, readSettings } from '../store/settings.ts';
import { Bandwidth } from './bandwidth.ts';
import { Downloader } from './downloader.ts';
import { Icons } from './icons.ts';
import type { Surroundings } from './job.ts';
import { PageHeaders } from './page-headers.ts';
import { sameOriginRequest } from './same-origin-request.ts';
import { type Limits, Slots } from './slots.ts';

/** However many connections the person allows, a site gets no more of them than this. */
const CONNECTIONS_PER_ORIGIN = 4;
/** Shorter segments would cost more in headers than the evenness is worth (bytes). */
const SHORTEST_SEGMENT = 256 * 1024;

/** What the downloader's document needs of its browser. */
export interface DownloaderHost {
  /** See {@link Surroundings.segmentBytes}. */
  segmentBytes: number;
  /** See {@link Surroundings.openFile}. */
  openFile: Surroundings['openFile'];
  /** The emulated service-worker scope, where workers can't be reached themselves; else null. */
  loadScopeScript(): Promise<Blob | null>;
  /** Keeps this document alive until the returned function is called. */
  hold(): () => void;
  /** Has the site's pages hear of a change now, in their own time otherwise. */
  tellPages(key: string): Promise<void>;
  setRule: SetRule;
  openTab(url: string): Promise<void>;
  clients: SiteClients;
}

/** Starts downloading and handing over in this document, which must be able to hold frames. */
export function startDownloader(host: DownloaderHost): Answers<DownloaderCommands> {
  const frames = new HostFrames(host.setRule);
  const pageHeaders = new PageHeaders(host.setRule);
  let settings = DEFAULT_SETTINGS;
  const surroundings: Surroundings = {
    slots: new Slots(limitsOf(settings)),
    bandwidth: new Bandwidth(),
    sameOriginRequest: (outgoing) => sameOriginRequest(pageHeaders, outgoing),
    siteRequest: (fetcher, outgoing) => siteRequest(frames, fetcher, outgoing),
    segmentBytes: host.segmentBytes,
    openFile: host.openFile,
  };
  const downloader = new Downloader(surroundings, {
    waitsForLine: () => settings.waitWhileMetered && isMetered(),
    hold: host.hold,
    stopped: (key) => deliverIfDue(key),
  });
  const icons = new Icons(surroundings);

  /** Not awaited: a download doesn't wait for its picture. */
  async function lookForIcons(key?: string): Promise<void> {
    const keys = key ? [key] : await db.backgroundFetches.where('state').equals('active').primaryKeys();
    const release = host.hold();
    await Promise.all(keys.map((each) => icons.look(each))).finally(release);
  }
  function lookForIconsSoon(key?: string): void {
    lookForIcons(key).catch((error: unknown) => console.error('Backfetch: an icon is missing.', error));
  }

  const delivery = {
    withAgent: frames.use.bind(frames),
    loadScopeScript: host.loadScopeScript,
    openTab: host.openTab,
    clients: host.clients,
    changed: async (key: string) => {
      announceChange(key);
      await wake({ key });
    },
  };

  async function deliverIfDue(key: string): Promise<void> {
    const row = await db.backgroundFetches.get(key);
    if (!row || (row.state !== 'settled' && row.state !== 'delivering')) return;
    if (!isDeliveryDue(row, Date.now())) return;
    const release = host.hold();
    try {
      // The specification updates the pages' instances before it fires the event.
      await host.tellPages(key);
      await deliver(key, delivery);
      // The site may have named another one meanwhile.
      lookForIconsSoon(key);
    } finally {
      release();
    }
  }

  /** Not awaited by commands: a delivery lasts as long as the site's handler. */
  function deliverSoon(key: string): void {
    deliverIfDue(key).catch((error: unknown) => console.error('Backfetch: a hand-off failed.', error));
  }

  async function handOverNow(): Promise<void> {
    const waiting = await db.backgroundFetches.where('state').equals('settled').primaryKeys();
    await Promise.all(waiting.map(tryNow));
    await wake({});
  }

  async function applySettings(): Promise<void> {
    settings = await readSettings();
    surroundings.slots.setLimits(limitsOf(settings));
    surroundings.bandwidth.limit = settings.bandwidth;
    // A segment comes at the line's own speed: about one a second keeps the limit evenly.
    surroundings.segmentBytes =
      settings.bandwidth > 0 && Number.isFinite(host.segmentBytes)
        ? Math.min(host.segmentBytes, Math.max(SHORTEST_SEGMENT, settings.bandwidth))
        : host.segmentBytes;
  }

  async function wake({ key }: { key?: string }): Promise<undefined> {
    await applySettings();
    await downloader.wake(key);
    const due = key
      ? [key]
      : await db.backgroundFetches.where('state').anyOf('settled', 'delivering').primaryKeys();
    due.forEach(deliverSoon);
    lookForIconsSoon(key);
    return undefined;
  }

  // Sites that could not be reached without a line may be there again.
  addEventListener('online', () => {
    downloader.tryOverNewLine();
    handOverNow().catch((error: unknown) => console.error('Backfetch: results were not handed over.', error));
  });
  connection?.addEventListener('change', () => {
    wake({}).catch((error: unknown) => console.error('Backfetch: another line was not taken up.', error));
  });

  const workers = new KnockingWorkers({ ...delivery, hold: host.hold });

  return {
    wake,
    knock: async (knock) => workers.hear(knock),
    async tryNow({ key }) {
      downloader.tryNow(key);
      return wake({ key });
    },
    async click({ key }) {
      const release = host.hold();
      try {
        await fireBackgroundFetchClickEvent(key, delivery);
      } finally {
        release();
      }
      return undefined;
    },
  };
}

function limitsOf({ connections }: Settings): Limits {
  return { total: connections, perOrigin: Math.min(connections, CONNECTIONS_PER_ORIGIN) };
}
