/**
 * What the conformance suite is made of. It runs against three implementations: ours in both browsers, and Chromium's
 * own, which proves the suite right.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'puppeteer-core';
import { type TestContext, test } from 'vitest';
import { command } from '../../support/extension.ts';
import type { LoggedRequest } from '../../support/request-log.ts';
import { until } from '../../support/until.ts';
import { browserName, useBrowser } from '../../support/use-browser.ts';
import { type Departure, departures } from './departures.ts';

export type Implementation = 'ours in Firefox' | 'ours in Chromium' | 'native in Chromium';

const isNative = process.env.BACKFETCH_IMPLEMENTATION === 'native';

export const implementation: Implementation = isNative
  ? 'native in Chromium'
  : browserName === 'firefox'
    ? 'ours in Firefox'
    : 'ours in Chromium';

/** This machine by a name that makes no secure context of HTTP, as *.localhost does. */
export const INSECURE_HOST = 'insecure.example';

/** In ms. */
const TIMEOUT = 30_000;
/** Where what is expected is that nothing comes, waiting for it is all that a test does; what holds takes a second. */
const HANG_TIMEOUT = 3_000;

/**
 * One requirement of a standard, as a test. Where `departures` lists it for one of ours it has to fail: one that has come
 * to hold must leave the list. The browser's own changes with the browser: there it is only said.
 */
export function requirement(name: string, body: () => Promise<void>): void {
  const departure = departures.find(
    (departure) => departure.requirement === name && departure.of.includes(implementation),
  );
  if (!departure) test(name, body, TIMEOUT);
  else if (isNative) test(name, (context) => mayDepart(body, departure, context), TIMEOUT);
  else test.fails(name, body, departure.hangs ? HANG_TIMEOUT : TIMEOUT);
}

async function mayDepart(
  body: () => Promise<void>,
  { hangs, crashes, reason }: Departure,
  { skip }: TestContext,
) {
  if (crashes) skip(`Not tried: ${reason}`);
  const late = delay(hangs ? HANG_TIMEOUT : TIMEOUT, true, { ref: false });
  const departs = await Promise.race([
    body().then(
      () => false,
      () => true,
    ),
    late,
  ]);
  if (departs) skip(`It departs: ${reason}`);
  console.warn(`This version of the browser does not depart any more: ${reason}`);
}

/** A page of the suite with its service worker. */
export interface Site {
  page: Page;
  origin: string;
  /** What the server was asked for at `path` on this origin, oldest first. */
  requests(path: string): LoggedRequest[];
  /** What the worker was first to `tell` under this name. */
  told<Value>(name: string, timeout?: number): Promise<Value>;
  /** All that it has told under this name so far, oldest first. */
  allTold<Value>(name: string): Promise<Value[]>;
}

export interface SiteOptions {
  /** The worker's script, after what tests/site/public/conformance/worker.js gives it. */
  worker?: string;
  type?: WorkerType;
  /** Of a site that is there already. */
  origin?: string;
}

/** Starts a browser and server for the tests of a file. */
export async function useSuite() {
  const { browser, server } = await useBrowser({
    ...(isNative && { extension: null, nativeBackgroundFetch: true }),
    ...(browserName === 'firefox'
      ? { preferences: { 'network.dns.localDomains': INSECURE_HOST } }
      : { args: [`--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1`] }),
  });

  /** Opens the suite's page, on an origin of its own, with an active service worker. */
  async function open({
    worker = '',
    type = 'classic',
    origin = server.freshOrigin(),
  }: SiteOptions = {}): Promise<Site> {
    const head = type === 'module' ? "import './worker.js';" : "importScripts('worker.js');";
    server.page('/conformance/sw.js', `${head}\n${worker}`);
    const page = await browser.newPage();
    await page.goto(`${origin}/conformance/`);
    await page.evaluate((type) => here.start(type), type);
    const allTold = <Value>(name: string) =>
      page.evaluate((name) => here.told(name), name) as Promise<Value[]>;
    return {
      page,
      origin,
      requests: (path) => server.log.for(path).filter(({ host }) => origin === `http://${host}`),
      allTold,
      told: async <Value>(name: string, timeout = 20_000) => {
        const told = await until(
          `the worker told "${name}"`,
          async () => {
            const all = await allTold<Value>(name);
            return all.length > 0 && all;
          },
          timeout,
        );
        return told[0] as Value;
      },
    };
  }

  /** The person says what the site may do. */
  async function setPermission({ page, origin }: Site, state: PermissionState): Promise<void> {
    if (isNative) {
      const session = await page.browser().target().createCDPSession();
      const permission = { name: 'background-fetch' };
      await session.send('Browser.setPermission', { permission, setting: state, origin });
      return session.detach();
    }
    const popup = await browser.openPopup();
    const permission = { granted: 'allow', prompt: 'ask', denied: 'block' }[state];
    await command(popup, 'permit', { origin, permission });
    await popup.close();
  }

  return { browser, server, open, setPermission };
}
