/** What tests may do with a browser, whichever it is. */
import type { Page } from 'puppeteer-core';
import type { Authority } from './certificates.ts';
import { launchChromium } from './chromium.ts';
import { launchFirefox } from './firefox.ts';

export type BrowserName = 'firefox' | 'chromium';

export interface LaunchOptions {
  /** Directory of the built extension; null for none. */
  extension: string | null;
  /** Chromium's own Background Fetch, off by default. Firefox has none. */
  nativeBackgroundFetch?: boolean;
  /** Directory of a profile to use and to leave; by default a new one that goes at the end. */
  profile?: string;
  /** Further command-line arguments. */
  args?: string[];
  /** Further preferences (Firefox: about:config; Chromium: the profile's Preferences file, dotted). */
  preferences?: Record<string, string | number | boolean>;
  headless?: boolean;
  /** For {@link BrowserUnderTest.updateExtension}. */
  updatable?: boolean;
  /** Its certificates are trusted, and every host under .example is this machine. */
  authority?: Authority;
  /** The extension may store so many bytes. In Chromium only while a page of it is open in a tab. */
  storageLimit?: number;
}

export interface KeptNotifications {
  titles(): Promise<string[]>;
  click(title: string): Promise<void>;
}

export interface BrowserUnderTest {
  readonly name: BrowserName;
  /** '149.0' and the like. */
  version(): Promise<string>;
  newPage(): Promise<Page>;
  /** A new tab of another identity: a container (Firefox), an incognito profile (Chromium). */
  newPageOfOtherIdentity(): Promise<Page>;
  /** All tabs. */
  pages(): Promise<Page[]>;
  /** Closes every tab but an empty one. Does nothing when the browser has been killed. */
  closePages(): Promise<void>;
  /** The absolute URL of a file of the extension. */
  extensionUrl(path: string): string;
  /** A page of the extension in a tab, loaded. */
  openExtensionPage(path: string): Promise<Page>;
  /** The extension's popup, in a tab of a popup's size. */
  openPopup(): Promise<Page>;
  /** Ends the extension's event page or service worker, as the browser does when it is idle. */
  endBackground(): Promise<void>;
  /** Whether the event page or service worker runs. */
  backgroundRuns(): Promise<boolean>;
  /** Ends what downloads: the event page (Firefox), the offscreen document (Chromium). */
  endDownloader(): Promise<void>;
  /**
   * Installs the version of the extension in `directory` over the one that runs, as the browser's own updates do; the
   * browser must have been launched as `updatable`.
   */
  updateExtension(directory: string): Promise<void>;
  uninstallExtension(): Promise<void>;
  /** Ends the running service workers of an origin; they start again when needed. */
  endServiceWorkers(origin: string): Promise<void>;
  /**
   * Takes the line away, or gives it back. Requests in flight go on. Chromium: only in pages and in the offscreen
   * document that are open now, not in service workers.
   */
  setOffline(offline: boolean): Promise<void>;
  /**
   * Makes the line one that is paid for by volume, for the extension's documents that are open now; or not. Chromium only:
   * Firefox tells nobody.
   */
  setMetered(metered: boolean): Promise<void>;
  /** What pages that are opened from now on are told that the person prefers. */
  setColorScheme(scheme: 'light' | 'dark'): Promise<void>;
  /** The person's own colours in place of every page's, in pages that are opened from now on. */
  setForcedColors(forced: boolean): Promise<void>;
  /** From now on the browser agrees by itself to what the extension asks for. Firefox only. */
  grantWhatIsAsked(): Promise<void>;
  /**
   * From now on the system shows no notifications, but keeps them. Gives those kept, and how to click one. Firefox only:
   * Chromium lets nobody click.
   */
  keepNotifications(): Promise<KeptNotifications>;
  /** Opens DevTools on a tab, the extension's panel `name` in front. Gives what tells the panel's text. */
  openDevToolsPanel(page: Page, name: string): Promise<() => Promise<string>>;
  /** Runs `meanwhile` while all its processes stand still, as on a machine that sleeps. */
  sleep(meanwhile: () => Promise<void>): Promise<void>;
  /** SIGKILL to the whole process tree; resolves when it is gone. */
  kill(): Promise<void>;
  /** Quits in order if it still runs, and starts again with the same profile. */
  restart(): Promise<void>;
  /** Resolves when it has been quit, by whomever. */
  ended(): Promise<void>;
  /** Ends it and deletes its profile. */
  close(): Promise<void>;
  /** Proportional set size of all its processes, in bytes. */
  memory(): number;
  /** Processor time that its processes have used, in seconds. */
  cpu(): number;
  /** Bytes that its processes have caused to be written to disk. */
  bytesWritten(): number;
  /**
   * What the extension's scripts wrote to the console, oldest first, as far as the browser tells: Chromium everything,
   * Firefox uncaught errors, and errors and warnings that begin with "Backfetch".
   */
  readonly log: string[];
}

export function launch(name: BrowserName, options: LaunchOptions): Promise<BrowserUnderTest> {
  return name === 'firefox' ? launchFirefox(options) : launchChromium(options);
}
