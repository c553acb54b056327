/**
 * What our own places say to each other by `runtime.sendMessage`. Only messages from extension pages (told by the
 * browser's sender information) are heard here; content scripts speak `SiteCalls` over ports.
 */
import type { Permission, Settings, SiteRow } from '../store/schema.ts';
import type { Rule } from './rules.ts';
import type { ClientSnapshot } from './wire.ts';

/** To the background, from the popup, the options page and (Chromium) the offscreen document. */
export interface BackgroundCommands {
  /** The person pauses / resumes / aborts a background fetch. */
  pause: { argument: { key: string }; result: undefined };
  resume: { argument: { key: string }; result: undefined };
  abort: { argument: { key: string }; result: undefined };
  /** The same for all that can be paused / are paused. */
  pauseAll: { argument: Record<string, never>; result: undefined };
  resumeAll: { argument: Record<string, never>; result: undefined };
  /** The person wants a failed background fetch made again. */
  tryAgain: { argument: { key: string }; result: undefined };
  /** The person does not want to wait until the site takes what was downloaded: it is deleted. */
  drop: { argument: { key: string }; result: undefined };
  /** What the site may do from now on (null: as new sites), and with what it asks for now. */
  permit: { argument: { origin: string; permission: Permission | null }; result: undefined };
  /** Deletes all downloads of the site, whatever their state; its service worker is not told of them. */
  deleteDownloads: { argument: { origin: string }; result: undefined };
  /** Replaces what the person said of sites, and settings. */
  restore: { argument: { settings: Settings; sites: SiteRow[] }; result: undefined };
  /** The person does not want to wait for the next try, of a record or of the hand-off. */
  tryNow: { argument: { key: string }; result: undefined };
  /** The person activated the download's display: https://wicg.github.io/background-fetch/#fire-a-background-fetch-click-event */
  click: { argument: { key: string }; result: undefined };
  /** Removes finished ones from the list; all of them without `key`. */
  clear: { argument: { key?: string }; result: undefined };
  /** Changes settings and puts them in force. */
  configure: { argument: Partial<Settings>; result: undefined };
  /** From the downloader: these background fetches changed in the database. */
  changed: { argument: { key: string }; result: undefined };
  /** From the downloader: see {@link SetRule}. */
  setRule: { argument: { token: string; rule: Rule | null }; result: undefined };
  /** From delivery in the downloader: show this page of the site. The URL was checked to be of the site's origin. */
  openTab: { argument: { url: string }; result: undefined };
  /** From delivery in the downloader: see {@link SiteClients}. */
  matchClients: { argument: { origin: string }; result: ClientSnapshot[] };
  postToClient: { argument: { origin: string; id: string; message: unknown }; result: undefined };
  focusClient: { argument: { origin: string; id: string }; result: undefined };
}

/** To the downloader, from the background. In Firefox both are one document and this is a function call. */
export interface DownloaderCommands {
  /** These background fetches (or, without key, any) changed: look at the database and act. */
  wake: { argument: { key?: string }; result: undefined };
  /** Let what waits for another try go on at once. */
  tryNow: { argument: { key: string }; result: undefined };
  /** Fire backgroundfetchclick at the site's service worker. */
  click: { argument: { key: string }; result: undefined };
  /**
   * A site's service worker wants to make a call, outside of any event of ours: see lib/protocol/worker-knock.ts. Resolves
   * with whether it gets a port.
   */
  knock: { argument: { origin: string; scriptURL: string; token: string }; result: boolean };
}

/** A command as it travels: `to` says which of our places it is for. */
export interface CommandMessage {
  to: 'background' | 'downloader';
  name: string;
  argument: unknown;
}
