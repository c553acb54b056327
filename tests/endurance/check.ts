/** What has to hold when an endurance run has come to its end. */
import { type KeptFetch, keptBy } from '../support/extension.ts';
import { downloadOf, eventsOf, type SeenEvent } from '../support/site-page.ts';
import { until } from '../support/until.ts';
import { mayComeTo } from './load.ts';
import type { Begun, World } from './world.ts';

const PATIENCE = 150_000;
const HURRY_EVERY = 300;

/** Lets everything come to its end: nothing befalls it any more, and the person waits for nothing. */
export async function finish(world: World): Promise<void> {
  await world.closePages();
  const origins = new Set([...world.begun.values()].map(({ origin }) => origin));
  let hurriedAt = 0;
  let open: KeptFetch[] = [];
  await until(
    'all is over',
    async () => {
      open = (await world.kept()).filter(({ state }) => state !== 'done');
      if (open.length === 0) return true;
      if (Date.now() - hurriedAt < HURRY_EVERY) return false;
      hurriedAt = Date.now();
      if (open.some(({ state }) => state === 'paused')) await world.command('resumeAll', {});
      if (open.some(({ state }) => state === 'pending'))
        for (const origin of origins) await world.command('permit', { origin, permission: 'allow' });
      for (const { key, retryAt } of open) if (retryAt > 0) await world.command('tryNow', { key });
      return false;
    },
    PATIENCE,
  ).catch((error: unknown) => {
    throw new Error(`Still open: ${JSON.stringify(open)}`, { cause: error });
  });
}

/** Everything that is not as it has to be, in words. */
export async function findFaults(world: World): Promise<string[]> {
  const faults: string[] = [];
  for (const [origin, fetches] of Map.groupBy(world.begun.values(), (begun) => begun.origin)) {
    const page = await world.page(origin);
    const events = Map.groupBy(await eventsOf(page), ({ id }) => id);
    for (const begun of fetches) {
      const fault = (what: string) => faults.push(`${begun.id}: ${what}`);
      checkEvents(world, begun, events.get(begun.id) ?? [], fault);
      if (begun.aborted) continue;
      for (const { kind, request, hashes } of begun.requests) {
        const stored = await downloadOf(page, request.url);
        if (stored && !hashes.includes(stored.sha256)) fault(`${kind}: another body than ${request.url} has`);
        const [event] = events.get(begun.id) ?? [];
        const handedOver = event?.records?.some(({ url, status }) => url === request.url && status === 200);
        if (handedOver && !stored) fault(`${kind}: handed over, but not stored: ${request.url}`);
      }
    }
    await page.close();
  }
  return [...faults, ...(await leftOver(world))];
}

function checkEvents(
  { server }: World,
  { origin, requests, aborted }: Begun,
  events: SeenEvent[],
  fault: (what: string) => unknown,
): void {
  const [event, ...more] = events;
  if (!event) {
    fault('no event came');
    return;
  }
  // A hand-off that broke off is repeated, but it has to be the same.
  for (const { type, failureReason, downloaded } of more)
    if (type !== event.type || failureReason !== event.failureReason || downloaded !== event.downloaded)
      fault(`it got ${event.type} and then ${type}`);
  if (aborted || event.failureReason === 'aborted') {
    if (!aborted || event.type !== 'backgroundfetchabort') fault(`${event.type} with ${event.failureReason}`);
    return;
  }
  const seen = (url: string) =>
    server.log.all.filter((request) => request.url === url && request.method !== 'OPTIONS');
  const mayCome = requests.map((wanted) => mayComeTo(wanted, origin, seen(wanted.request.url)));
  const possible =
    event.result === 'success'
      ? mayCome.every((results) => results.includes('success'))
      : mayCome.some((results) => results.includes(event.failureReason));
  if (!possible) fault(`${event.type} with "${event.failureReason}", where ${mayCome.join('; ')} could come`);
  const good = event.records?.filter(({ status }) => status === 200).length ?? 0;
  const certain = mayCome.filter((results) => results.every((result) => result === 'success')).length;
  if (good < certain) fault(`${good} good records of at least ${certain}`);
  for (const { request } of requests) {
    if (request.method !== 'POST') continue;
    const answered = seen(request.url).filter(({ status }) => status > 0);
    if (answered.length > 1) fault(`sent ${answered.length} times: ${request.url}`);
  }
}

/** What is left in the extension when the history is cleared. */
async function leftOver(world: World): Promise<string[]> {
  await world.command('clear', {});
  const page = await world.browser.openExtensionPage('options.html');
  const kept = await keptBy(page);
  const faults = Object.entries(kept)
    .filter(([table, count]) => count > 0 && table !== 'settings' && table !== 'sites')
    .map(([table, count]) => `left over: ${count} in ${table}`);
  const ruleCount = () =>
    page.evaluate(async () => {
      const { declarativeNetRequest } =
        (globalThis as unknown as { browser?: typeof chrome }).browser ?? chrome;
      return (await declarativeNetRequest.getSessionRules()).length;
    });
  try {
    await until('the rules are gone', async () => (await ruleCount()) === 0);
  } catch (error) {
    faults.push(`left over: ${await ruleCount()} rules (${error})`);
  }
  return faults;
}
