/** Which worker gets an event: the active one at that moment, https://w3c.github.io/ServiceWorker/#fire-functional-event-algorithm */
import { expect } from 'vitest';
import { requirement, type Site, useSuite } from './suite.ts';

const { server, open } = await useSuite();

/** A worker that tells by which version of it an event was handled, and what else `script` does. */
const version = (name: string, script = '') => `${script}
  addEventListener('backgroundfetchsuccess', (event) => event.waitUntil(tell('handled', '${name}')));`;

/** Puts another version there, has the browser find it, and resolves when that is `state`. */
async function update({ page }: Site, script: string, state: ServiceWorkerState): Promise<void> {
  server.page('/conformance/sw.js', `importScripts('worker.js');\n${script}`);
  await page.evaluate(async (state) => {
    const { registration } = here;
    await registration.update();
    const worker = (registration.installing ?? registration.waiting ?? registration.active) as ServiceWorker;
    await new Promise<void>((resolve) => {
      const look = () => worker.state === state && resolve();
      worker.addEventListener('statechange', look);
      look();
    });
  }, state);
}

const fetchIt = ({ page }: Site, url = '/bytes/a?size=10') =>
  page.evaluate(async (url) => void (await here.registration.backgroundFetch.fetch('id', url)), url);

requirement('an event comes to the active worker while another version waits', async () => {
  const site = await open({ worker: version('old') });
  await update(site, version('new', 'self.waits = true;'), 'installed');
  await fetchIt(site);
  expect(await site.told('handled')).toBe('old');
});

requirement('an event comes to the active worker while another version installs', async () => {
  const site = await open({ worker: version('old') });
  const forever = "addEventListener('install', (event) => event.waitUntil(new Promise(() => {})));";
  await update(site, version('new', forever), 'installing');
  await fetchIt(site);
  expect(await site.told('handled')).toBe('old');
});

requirement('an event comes to the version that has become active since the fetch began', async () => {
  const site = await open({ worker: version('old') });
  const gate = server.gate('/bytes/held', 5);
  await fetchIt(site, '/bytes/held?size=10');
  await gate.reached;
  await update(site, version('new'), 'activated');
  gate.open();
  expect(await site.told('handled')).toBe('new');
});

requirement('an event that has begun goes on while another version installs', async () => {
  const slow = `addEventListener('backgroundfetchsuccess', (event) => event.waitUntil((async () => {
    await tell('begun', 1);
    await fetch('/bytes/later?size=10');
    const record = await event.registration.match('/bytes/a?size=10');
    await tell('ended', (await (await record.responseReady).text()).length);
  })()));`;
  const site = await open({ worker: slow });
  const gate = server.gate('/bytes/later', 5);
  await fetchIt(site);
  await site.told('begun');
  await update(site, version('new'), 'installed');
  gate.open();
  expect(await site.told('ended')).toBe(10);
});
