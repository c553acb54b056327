import type { Caller } from '../protocol/calls.ts';
import type { DownloaderCommands } from '../protocol/commands.ts';
import type { SetRule } from '../protocol/rules.ts';
import type { Settings } from '../store/schema.ts';

/** All that differs between the browsers, as the background needs it. Two implementations: firefox.ts, chromium.ts. */
export interface Platform {
  /** Called once, synchronously, when the background starts: listeners that wake it are added here. */
  start(): void;
  /** The downloader, wherever it is; started where it isn't running. */
  downloader: Caller<DownloaderCommands>;
  /** Puts the API into pages from now on, or leaves the browser's own alone. */
  setUpPages(settings: Settings): Promise<void>;
  setRule: SetRule;
  /** See {@link DownloaderHost.loadScopeScript}. */
  loadScopeScript(): Promise<Blob | null>;
}
