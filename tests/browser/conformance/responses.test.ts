/** The responses of settled records: https://wicg.github.io/background-fetch/#create-record-objects */
import { expect } from 'vitest';
import { requirement, useSuite } from './suite.ts';

const { server, open } = await useSuite();

/** A worker that tells what `script` gives of a record's `response`, at success or failure. */
const describing = (script: string) => `
  const describe = async (event) => {
    const records = await event.registration.matchAll();
    return Promise.all(records.map(async (record) => {
      try {
        const response = await record.responseReady;
        return await (async () => { ${script} })();
      } catch (error) {
        return { error: error.name };
      }
    }));
  };
  for (const type of ['backgroundfetchsuccess', 'backgroundfetchfail']) {
    addEventListener(type, (event) => event.waitUntil(tell('result', () => describe(event))));
  }`;

requirement('have the type, url and status that a fetch would give', async () => {
  const { page, origin, told } = await open({
    worker: describing(
      'const { type, url, redirected, status, ok, statusText } = response; return { type, url, redirected, status, ok, statusText };',
    ),
  });
  const other = server.freshOrigin();
  const urls = [
    '/bytes/a?size=10#part',
    `${other}/bytes/b?size=10&cors=*`,
    `/bytes/c?redirect=${encodeURIComponent('/bytes/d?size=10')}`,
  ];
  await page.evaluate((urls) => here.registration.backgroundFetch.fetch('id', urls), urls);
  const common = { status: 200, ok: true, statusText: 'OK', redirected: false };
  expect(await told('result')).toEqual([
    { ...common, type: 'basic', url: `${origin}/bytes/a?size=10` },
    { ...common, type: 'cors', url: `${other}/bytes/b?size=10&cors=*` },
    { ...common, type: 'basic', url: `${origin}/bytes/d?size=10`, redirected: true },
  ]);
});

requirement('keep their url in a cache', async () => {
  const { page, origin, told } = await open({
    worker: describing(`const cache = await caches.open('kept'); await cache.put(record.request, response);
      return (await cache.match(record.request)).url;`),
  });
  await page.evaluate(() => here.registration.backgroundFetch.fetch('id', '/bytes/a?size=10'));
  expect(await told('result')).toEqual([`${origin}/bytes/a?size=10`]);
});

requirement('have the headers that CORS exposes, but for Content-Length and Content-Range', async () => {
  const { page, told } = await open({
    worker: describing(`const get = (name) => response.headers.get(name);
      return ['content-type', 'content-length', 'content-range', 'etag', 'x-own', 'x-other'].map(get);`),
  });
  const other = server.freshOrigin();
  server.intercept(({ url, response }) => {
    if (url.pathname.startsWith('/bytes/')) response.setHeader('x-own', 'one').setHeader('x-other', 'two');
    return false;
  });
  const urls = ['/bytes/a?size=10&type=text/x', `${other}/bytes/b?size=10&type=text/x&cors=*&expose=x-own`];
  await page.evaluate((urls) => here.registration.backgroundFetch.fetch('id', urls), urls);
  expect(await told('result')).toEqual([
    ['text/x', null, null, '"a-10-0"', 'one', 'two'],
    ['text/x', null, null, null, 'one', null],
  ]);
});

requirement('have immutable headers', async () => {
  const { page, told } = await open({
    worker: describing(
      `try { response.headers.set('x', 'y'); return 'set'; } catch (error) { return error.name; }`,
    ),
  });
  await page.evaluate(() => here.registration.backgroundFetch.fetch('id', '/bytes/a?size=10'));
  expect(await told('result')).toEqual(['TypeError']);
});

requirement('of a bad status have the bytes that came with it', async () => {
  const { page, told } = await open({
    worker: describing('return { status: response.status, ok: response.ok, text: await response.text() };'),
  });
  await page.evaluate(() =>
    here.registration.backgroundFetch.fetch('id', ['/bytes/a?status=404', '/bytes/b?size=0']),
  );
  expect(await told('result')).toEqual([
    { status: 404, ok: false, text: '404 on request\n' },
    { status: 200, ok: true, text: '' },
  ]);
});

requirement('that failed are not exposed', async () => {
  const { page, told } = await open({ worker: describing('return { status: response.status };') });
  const other = server.freshOrigin();
  await page.evaluate(
    (url) => here.registration.backgroundFetch.fetch('id', [url, '/bytes/a?size=10']),
    `${other}/bytes/b?size=10&cors=none`,
  );
  expect(await told('result')).toEqual([{ error: 'TypeError' }, { status: 200 }]);
});
