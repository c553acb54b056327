/** The browser, the sites and the server of an endurance run, and what was begun in it. */
import type { Page } from 'puppeteer-core';
import type { BrowserUnderTest } from '../support/browser.ts';
import { command, type KeptFetch, keptFetches } from '../support/extension.ts';
import type { TestServer } from '../support/server.ts';
import { openSite, startRequests } from '../support/site-page.ts';
import type { PlannedFetch } from './load.ts';

/** A background fetch that was begun. */
export interface Begun extends PlannedFetch {
  /** Someone has aborted it before it had settled. */
  aborted: boolean;
}

export class World {
  readonly browser: BrowserUnderTest;
  readonly server: TestServer;
  readonly begun = new Map<string, Begun>();
  readonly #pages = new Map<string, Page>();
  #extensionPage: Page | undefined;

  constructor(browser: BrowserUnderTest, server: TestServer) {
    this.browser = browser;
    this.server = server;
  }

  /** A page of the site; opened where none is open. */
  async page(origin: string): Promise<Page> {
    const open = this.#pages.get(origin);
    if (open && !open.isClosed()) return open;
    const page = await openSite(this.browser, origin);
    this.#pages.set(origin, page);
    return page;
  }

  async closePages(): Promise<void> {
    await this.browser.closePages();
    this.#pages.clear();
    this.#extensionPage = undefined;
  }

  /** The browser is gone, with all pages. */
  async kill(): Promise<void> {
    await this.browser.kill();
    this.#pages.clear();
    this.#extensionPage = undefined;
    await this.browser.restart();
  }

  async #extension(): Promise<Page> {
    if (!this.#extensionPage || this.#extensionPage.isClosed())
      this.#extensionPage = await this.browser.openExtensionPage('options.html');
    return this.#extensionPage;
  }

  async kept(): Promise<KeptFetch[]> {
    return keptFetches(await this.#extension());
  }

  /** A command of the person's. */
  async command(name: string, argument: object): Promise<void> {
    await command(await this.#extension(), name, argument);
  }

  async begin(planned: PlannedFetch): Promise<void> {
    const page = await this.page(planned.origin);
    this.begun.set(planned.id, { ...planned, aborted: false });
    await startRequests(
      page,
      planned.id,
      planned.requests.map(({ request }) => request),
      { title: planned.id },
    );
  }
}
