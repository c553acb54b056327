import browser from 'webextension-polyfill';
import { platform } from '../platform/index.ts';
import { openTab } from '../platform/open-tab.ts';
import { siteClients } from '../platform/site-clients.ts';
import type { BackgroundCommands } from '../protocol/commands.ts';
import { receiveCommands } from '../protocol/receive.ts';
import { announceChange, onChange } from '../store/changes.ts';
import { db } from '../store/database.ts';
import { readSettings } from '../store/settings.ts';
import { updateBadge } from './badge.ts';
import { serveBridge, updatePages } from './bridges.ts';
import { coalesced } from './coalesced.ts';
import { HOUSEKEEPING, keepHouse } from './housekeeping.ts';
import { notifyEnd } from './notifications.ts';
import { deliverThroughPage, watchWaitingSites } from './page-delivery.ts';
import { personsCommands } from './persons-commands.ts';
import { watchRegistrations } from './registrations.ts';

/** Wakes the background while anything is unfinished, should it have died; the browsers' shortest period (minutes). */
const ALARM = 'unfinished';
const ALARM_PERIOD = 0.5;

/** Tells a new person what they have. */
const WELCOME_PAGE = '/welcome.html';

/** Starts everything; called synchronously, because the browser wakes the background by the listeners added here. */
export function startBackground(): void {
  platform.start();
  browser.runtime.onConnect.addListener((port) => {
    if (port.name === 'bridge') serveBridge(port, false, wakeDownloader);
    if (port.name === 'embedded bridge') serveBridge(port, true, wakeDownloader);
    if (port.name === 'agent')
      deliverThroughPage(port, deliveryEffects).catch(logged('A hand-off through a page failed.'));
  });
  receiveCommands<BackgroundCommands>('background', {
    ...personsCommands({ changed, takeUp }),
    async changed({ key }) {
      // Who sent this may count on pages being up to date.
      await announceChange(key);
      return undefined;
    },
    async setRule({ token, rule }) {
      await platform.setRule(token, rule);
      return undefined;
    },
    async openTab({ url }) {
      await openTab(url);
      return undefined;
    },
    matchClients: ({ origin }) => siteClients.match(origin),
    async postToClient({ origin, id, message }) {
      await siteClients.post(origin, id, message);
      return undefined;
    },
    async focusClient({ origin, id }) {
      await siteClients.focus(origin, id);
      return undefined;
    },
  });
  browser.alarms.onAlarm.addListener(({ name }) => (name === HOUSEKEEPING ? tidy() : wake()));
  browser.runtime.onStartup.addListener(() => {
    wake();
    tidy();
  });
  browser.runtime.onInstalled.addListener(({ reason }) => {
    wake();
    tidy();
    if (reason === 'install')
      browser.tabs.create({ url: WELCOME_PAGE }).catch(logged('The first page was not shown.'));
  });
  browser.notifications.onClicked.addListener((key) => {
    browser.notifications.clear(key).catch(logged('A notification stayed.'));
    platform.downloader.call('click', { key }).catch(logged('The site could not be told of a click.'));
  });
  updatePages();
  onChange((key) => {
    afterChange(key).catch(logged('A change could not be shown.'));
  });
  wake();
}

const deliveryEffects = { loadScopeScript: platform.loadScopeScript, openTab, clients: siteClients, changed };

async function wakeDownloader(key: string): Promise<void> {
  await platform.downloader.call('wake', { key });
}

async function changed(key: string): Promise<undefined> {
  announceChange(key);
  await wakeDownloader(key);
  return undefined;
}

async function afterChange(key: string): Promise<void> {
  await Promise.all([notifyEnd(key), followState()]);
}

/** Brings what follows from the database's state up to date. */
const followState = coalesced(async () => {
  await Promise.all([updateBadge(), watchWaitingSites(), watchRegistrations(), setAlarm()]);
});

const setUpPages = coalesced(async () => platform.setUpPages(await readSettings()));

/** Takes up whatever the database says is unfinished. Starting the background, for whatever reason, comes down to this. */
function wake(): void {
  takeUp().catch(logged('Unfinished downloads could not be taken up.'));
}

function tidy(): void {
  keepHouse().catch(logged('What is not needed any more stays.'));
}

const takeUp = coalesced(async () => {
  if (await hasUnfinished()) await platform.downloader.call('wake', {});
  await followState();
  await setUpPages();
});

async function hasUnfinished(): Promise<boolean> {
  return (await db.backgroundFetches.where('state').anyOf('active', 'settled', 'delivering').count()) > 0;
}

async function setAlarm(): Promise<void> {
  if (!(await hasUnfinished())) await browser.alarms.clear(ALARM);
  else if (!(await browser.alarms.get(ALARM)))
    await browser.alarms.create(ALARM, { periodInMinutes: ALARM_PERIOD });
}

function logged(sentence: string): (error: unknown) => void {
  return (error) => console.error(`Backfetch: ${sentence}`, error);
}
