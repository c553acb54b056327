import { deliver, fireBackgroundFetchClickEvent } from '../delivery/deliver.ts';
import { type FrameRule, HostFrames } from '../host-frame/host-frames.ts';
import { siteRequest } from '../host-frame/site-request.ts';
import type { Answers } from '../protocol/calls.ts';
import type { DownloaderCommands } from '../protocol/commands.ts';
import { announceChange } from '../store/changes.ts';
import { db } from '../store/database.ts';
import { Downloader } from './downloader.ts';
import { sameOriginRequest } from './same-origin-request.ts';
import { type Limits, Slots } from './slots.ts';

const LIMITS: Limits = { total: 6, perOrigin: 4 };

/** What the downloader's document needs of its browser. */
export interface DownloaderHost {
  /** See {@link Surroundings.segmentBytes}. */
  segmentBytes: number;
  /** The emulated service-worker scope, where workers can't be reached themselves; else null. */
  loadScopeScript(): Promise<Blob | null>;
  /** Keeps this document alive until the returned function is called. */
  hold(): () => void;
  frameRule: FrameRule;
  openTab(url: string): Promise<void>;
}

/** Starts downloading and handing over in this document, which must be able to hold frames. */
export function startDownloader(host: DownloaderHost): Answers<DownloaderCommands> {
  const frames = new HostFrames(host.frameRule);
  const downloader = new Downloader(
    {
      slots: new Slots(LIMITS),
      sameOriginRequest,
      siteRequest: (origin, outgoing) => siteRequest(frames, origin, outgoing),
      segmentBytes: host.segmentBytes,
    },
    { hold: host.hold, stopped: (key) => deliverIfDue(key) },
  );
  const delivery = {
    withAgent: frames.use.bind(frames),
    loadScopeScript: host.loadScopeScript,
    openTab: host.openTab,
    changed: async (key: string) => {
      announceChange(key);
      await wake({ key });
    },
  };

  async function deliverIfDue(key: string): Promise<void> {
    const row = await db.backgroundFetches.get(key);
    if (!row || (row.state !== 'settled' && row.state !== 'delivering') || row.retryAt > Date.now()) return;
    const release = host.hold();
    try {
      await deliver(key, delivery);
    } finally {
      release();
    }
  }

  /** Not awaited by commands: a delivery lasts as long as the site's handler. */
  function deliverSoon(key: string): void {
    deliverIfDue(key).catch((error: unknown) => console.error('Backfetch: a hand-off failed.', error));
  }

  async function wake({ key }: { key?: string }): Promise<undefined> {
    await downloader.wake(key);
    const due = key
      ? [key]
      : await db.backgroundFetches.where('state').anyOf('settled', 'delivering').primaryKeys();
    due.forEach(deliverSoon);
    return undefined;
  }

  return {
    wake,
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
