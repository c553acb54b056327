/** The API in a service worker, outside of the events of a background fetch. */
import { expect } from 'vitest';
import { requirement, useSuite } from './suite.ts';

const { browser, server, open } = await useSuite();

/** A worker that runs `script`, which is async, at a message, and tells what it returns as "result". */
const atMessage = (script: string) => `
  addEventListener('message', (event) => {
    event.waitUntil(tell('result', async () => { ${script} }));
  });`;

requirement('a worker begins, gets and lists background fetches', async () => {
  const { page, told } = await open({
    worker: atMessage(`
      const manager = self.registration.backgroundFetch;
      const before = [await manager.getIds(), (await manager.get('id')) ?? null];
      const fetch = await manager.fetch('id', '/bytes/held?size=10', { downloadTotal: 10 });
      return { before, id: fetch.id, downloadTotal: fetch.downloadTotal, result: fetch.result,
        ids: await manager.getIds() };`),
  });
  const gate = server.gate('/bytes/held', 5);
  await page.evaluate(() => here.registration.active?.postMessage(null));
  expect(await told('result')).toEqual({
    before: [[], null],
    id: 'id',
    downloadTotal: 10,
    result: '',
    ids: ['id'],
  });
  expect(await page.evaluate(() => here.registration.backgroundFetch.getIds())).toEqual(['id']);
  gate.open();
});

requirement('one background fetch is one object in a worker', async () => {
  const { page, told } = await open({
    worker: atMessage(`
      const manager = self.registration.backgroundFetch;
      const fetch = await manager.fetch('id', '/bytes/held?size=10');
      return (await manager.get('id')) === fetch;`),
  });
  const gate = server.gate('/bytes/held', 5);
  await page.evaluate(() => here.registration.active?.postMessage(null));
  expect(await told('result')).toBe(true);
  gate.open();
});

requirement('a worker matches records and aborts what a page has begun', async () => {
  const { page, told, origin } = await open({
    worker: atMessage(`
      const fetch = await self.registration.backgroundFetch.get('id');
      const records = await fetch.matchAll();
      const upload = await records[1].request.text();
      return { urls: records.map((record) => record.request.url), upload, aborted: await fetch.abort(),
        again: await fetch.abort() };`),
  });
  const gate = server.gate('/bytes/held', 5);
  await page.evaluate(async () => {
    const upload = new Request('/bytes/held?up', { method: 'POST', body: 'the body' });
    await here.registration.backgroundFetch.fetch('id', ['/bytes/held?size=10', upload]);
    here.registration.active?.postMessage(null);
  });
  expect(await told('result')).toEqual({
    urls: [`${origin}/bytes/held?size=10`, `${origin}/bytes/held?up`],
    upload: 'the body',
    aborted: true,
    again: false,
  });
  gate.open();
});

requirement('a worker sends bodies and gets errors as a page does', async () => {
  const { page, told } = await open({
    worker: atMessage(`
      const manager = self.registration.backgroundFetch;
      const request = new Request('/bytes/up?size=1', { method: 'POST', body: new Blob(['blob']) });
      const fetch = await manager.fetch('id', request);
      const nameOf = (promise) => promise.then(() => 'none', (error) => error.constructor.name);
      return { uploadTotal: fetch.uploadTotal, bad: await nameOf(manager.fetch('bad', 'https://')),
        twice: await nameOf(manager.fetch('id', '/bytes/a?size=1')) };`),
  });
  await page.evaluate(() => here.registration.active?.postMessage(null));
  expect(await told('result')).toEqual({ uploadTotal: 4, bad: 'TypeError', twice: 'TypeError' });
});

/** Source of a function that resolves when a registration tells, by progress if need be, what is waited for. */
const WHEN = `
  const when = (fetch, holds) => new Promise((resolve) => {
    const look = () => holds() && resolve();
    fetch.addEventListener('progress', look);
    look();
  });`;

requirement('a worker that has seen a background fetch is up to date, and hears of progress', async () => {
  const { page, told } = await open({
    worker: atMessage(`${WHEN}
      const fetch = await self.registration.backgroundFetch.get('id');
      let events = 0;
      fetch.onprogress = () => events++;
      await when(fetch, () => fetch.downloaded === 200000);
      await tell('half', 1);
      await when(fetch, () => fetch.result !== '');
      return { result: fetch.result, downloaded: fetch.downloaded, heard: events > 0 };`),
  });
  const gate = server.gate('/bytes/held', 0.5);
  await page.evaluate(async () => {
    await here.registration.backgroundFetch.fetch('id', '/bytes/held?size=400000');
    here.registration.active?.postMessage(null);
  });
  await told('half');
  gate.open();
  expect(await told('result')).toEqual({ result: 'success', downloaded: 400_000, heard: true });
});

requirement('a worker hears of the progress of others while it handles an event', async () => {
  const { page, told } = await open({
    worker: `${WHEN}
      addEventListener('backgroundfetchsuccess', (event) => {
        if (event.registration.id === 'first') event.waitUntil(tell('result', async () => {
          const other = await self.registration.backgroundFetch.get('other');
          await when(other, () => other.downloaded === 200000);
          await tell('half', 1);
          await when(other, () => other.result !== '');
          return [other.result, other.downloaded];
        }));
      });`,
  });
  const gate = server.gate('/bytes/held', 0.5);
  await page.evaluate(async () => {
    await here.registration.backgroundFetch.fetch('other', '/bytes/held?size=400000');
    await here.registration.backgroundFetch.fetch('first', '/bytes/a?size=10');
  });
  await told('half');
  gate.open();
  expect(await told('result')).toEqual(['success', 400_000]);
});

requirement('a worker is heard with no page open', async () => {
  const { page, origin } = await open({
    worker: `addEventListener('message', ({ data }) => {
      if (data === 'later') fetch('/later').then(() => tell('result', async () => {
        await self.registration.backgroundFetch.fetch('id', '/bytes/held?size=10');
        return self.registration.backgroundFetch.getIds();
      }));
    });`,
  });
  const gate = server.gate('/bytes/held', 5);
  const closed = Promise.withResolvers<void>();
  server.intercept(({ url, response }) => {
    if (url.pathname !== '/later') return false;
    closed.promise.then(() => response.end());
    return true;
  });
  await page.evaluate(() => here.registration.active?.postMessage('later'));
  await server.log.wait('/later');
  await browser.closePages();
  closed.resolve();
  const again = await open({ origin });
  expect(await again.told('result')).toEqual(['id']);
  gate.open();
});

requirement('a worker sees its pages and nothing else as clients', async () => {
  const { page, told, origin } = await open({
    worker: `addEventListener('backgroundfetchsuccess', (event) => {
      event.waitUntil(tell('result', async () => {
        const all = await self.clients.matchAll({ includeUncontrolled: true });
        for (const client of all) client.postMessage({ done: event.registration.id });
        return all.map(({ url, type, frameType, visibilityState }) => ({ url, type, frameType, visibilityState }));
      }));
    });`,
  });
  const message = page.evaluate(
    () =>
      new Promise((resolve) => {
        navigator.serviceWorker.addEventListener('message', ({ data, origin, source }) => {
          resolve({ data, origin, source: String(source) });
        });
      }),
  );
  await page.evaluate(() => here.registration.backgroundFetch.fetch('id', '/bytes/a?size=10'));
  expect(await told('result')).toEqual([
    { url: `${origin}/conformance/`, type: 'window', frameType: 'top-level', visibilityState: 'visible' },
  ]);
  expect(await message).toEqual({ data: { done: 'id' }, origin, source: '[object ServiceWorker]' });
});
