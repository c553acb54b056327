/**
 * Hand-off through an open page of the site, where its host frame can't be had (the site refuses it, or was down). Only
 * sites for which something waits are watched: on those our agent is put into pages, on all others nothing happens.
 */
import browser, { type Runtime } from 'webextension-polyfill';
import { AgentConnection } from '../delivery/agent-connection.ts';
import { type Delivery, deliver } from '../delivery/deliver.ts';
import { runtimeChannel } from '../platform/runtime.ts';
import { db } from '../store/database.ts';
import { siteOf } from './sender.ts';
import { patternOf, runInPagesOf } from './site-scripts.ts';

const SCRIPT = { js: ['agent.js'], runAt: 'document_idle' as const };

/** Background fetches whose hand-off was tried in vain. */
async function undelivered() {
  const settled = await db.backgroundFetches.where('state').equals('settled').toArray();
  return settled.filter((row) => row.deliveryAttempts > 0);
}

/** Puts the agent into the pages, open and to come, of sites for which something waits, and nowhere else. */
export async function watchWaitingSites(): Promise<void> {
  const wanted = new Set((await undelivered()).map((row) => patternOf(row.origin)));
  for (const pattern of await runInPagesOf(wanted, 'agent', SCRIPT)) {
    for (const tab of await browser.tabs.query({ url: pattern })) {
      if (tab.id === undefined || tab.discarded || tab.incognito) continue;
      await browser.scripting
        .executeScript({ target: { tabId: tab.id }, files: SCRIPT.js })
        .catch((error: unknown) => console.debug('Backfetch: this tab takes no script.', error));
    }
  }
}

/** An agent in an open page has come: what waits for its site is handed over through it. */
export async function deliverThroughPage(
  port: Runtime.Port,
  effects: Omit<Delivery, 'withAgent'>,
): Promise<void> {
  const site = siteOf(port.sender);
  try {
    // In a frame another site may stand in between, which the browser does not tell: the storage is not the site's own then.
    if (!site || site.otherIdentity || site.unseen) return;
    const agent = new AgentConnection(runtimeChannel(port));
    const withAgent: Delivery['withAgent'] = (_origin, work) => work(agent);
    const waiting = (await undelivered()).filter((row) => row.origin === site.origin);
    for (const row of waiting) await deliver(row.key, { ...effects, withAgent });
  } finally {
    port.disconnect();
  }
}
