/** What goes out for the requests of a background fetch, and what is kept of them. */
import { expect } from 'vitest';
import { requirement, useSuite } from './suite.ts';

const { open } = await useSuite();

requirement('go out with the method, headers and body that they have', async () => {
  const { page, requests } = await open();
  await page.evaluate(async () => {
    const request = new Request('/bytes/up?size=1', {
      method: 'PUT',
      headers: { 'x-own': 'one', 'content-type': 'text/x-own', accept: 'x/y', 'accept-language': 'eo' },
      body: 'the body',
    });
    await here.settled(await here.registration.backgroundFetch.fetch('id', request));
  });
  const [sent] = requests('/bytes/up');
  expect(sent).toMatchObject({ method: 'PUT', body: Buffer.from('the body') });
  expect(sent?.headers).toMatchObject({
    'x-own': 'one',
    'content-type': 'text/x-own',
    accept: 'x/y',
    'accept-language': 'eo',
  });
});

requirement('every type of body goes out as fetch() would send it', async () => {
  const { page, requests } = await open();
  const types = await page.evaluate(async () => {
    const form = new FormData();
    form.set('name', 'value');
    form.set('file', new File(['content'], 'file.txt', { type: 'text/plain' }));
    const text = new TextEncoder();
    const bodies: Record<string, BodyInit> = {
      string: 'text',
      blob: new Blob(['blob'], { type: 'text/x-blob' }),
      file: new File(['file'], 'name', { type: 'text/x-file' }),
      buffer: text.encode('buffer').buffer,
      view: text.encode('xviewx').subarray(1, 5),
      search: new URLSearchParams({ a: '1', b: 'ä' }),
      form,
    };
    const types: Record<string, string | null> = {};
    const requests = Object.entries(bodies).map(([name, body]) => {
      const request = new Request(`/bytes/${name}?size=1`, { method: 'POST', body });
      types[name] = request.headers.get('content-type');
      return request;
    });
    await here.settled(await here.registration.backgroundFetch.fetch('id', requests));
    return types;
  });
  const expected = {
    string: 'text',
    blob: 'blob',
    file: 'file',
    buffer: 'buffer',
    view: 'view',
    search: 'a=1&b=%C3%A4',
  };
  for (const [name, body] of Object.entries(expected)) {
    const [sent] = requests(`/bytes/${name}`);
    expect([name, sent?.body.toString()]).toEqual([name, body]);
    expect([name, sent?.headers['content-type'] ?? null]).toEqual([name, types[name]]);
  }
  const [form] = requests('/bytes/form');
  const boundary = /boundary=(.*)$/.exec(types.form ?? '')?.[1];
  expect(form?.headers['content-type']).toBe(types.form);
  const text = form?.body.toString() ?? '';
  expect(text.startsWith(`--${boundary}\r\n`) && text.trimEnd().endsWith(`--${boundary}--`)).toBe(true);
  expect(text).toContain('name="file"; filename="file.txt"');
});

requirement('a stream is read to its end before it resolves', async () => {
  const { page, requests } = await open();
  const uploadTotal = await page.evaluate(async () => {
    const chunks = ['one ', 'two ', 'three'];
    const body = new ReadableStream({
      async pull(controller) {
        const chunk = chunks.shift();
        if (chunk) controller.enqueue(new TextEncoder().encode(chunk));
        else controller.close();
      },
    });
    const request = new Request('/bytes/up?size=1', {
      method: 'POST',
      body,
      duplex: 'half',
    } as RequestInit);
    const fetch = await here.registration.backgroundFetch.fetch('id', request);
    await here.settled(fetch);
    return fetch.uploadTotal;
  });
  expect(uploadTotal).toBe(13);
  expect(requests('/bytes/up')[0]?.body.toString()).toBe('one two three');
});

requirement('record.request has what the request had, and its body', async () => {
  const { page, origin } = await open();
  const seen = await page.evaluate(async () => {
    const request = new Request('/bytes/up?size=1', {
      method: 'POST',
      headers: { 'x-own': 'one' },
      body: 'the body',
      mode: 'same-origin',
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'error',
      referrer: '/from',
      referrerPolicy: 'unsafe-url',
      integrity: '',
    });
    const describe = (each: Request) => {
      const { url, method, mode, credentials, cache, redirect, referrer, referrerPolicy, integrity } = each;
      const headers = [...each.headers];
      return {
        url,
        method,
        mode,
        credentials,
        cache,
        redirect,
        referrer,
        referrerPolicy,
        integrity,
        headers,
      };
    };
    const before = describe(request);
    const fetch = await here.registration.backgroundFetch.fetch('id', request);
    const [record] = await fetch.matchAll();
    const got = record?.request as Request;
    const plain = await here.registration.backgroundFetch.fetch('plain', '/bytes/a?size=1');
    const referrer = (await plain.match('/bytes/a?size=1'))?.request.referrer;
    return { before, referrer, after: describe(got), same: record?.request === got, body: await got.text() };
  });
  expect(seen.after).toEqual(seen.before);
  expect(seen.before.referrer).toBe(`${origin}/from`);
  expect(seen).toMatchObject({ same: true, body: 'the body', referrer: 'about:client' });
});

requirement('credentials are sent as the request says', async () => {
  const { page, requests } = await open();
  await page.evaluate(async () => {
    // biome-ignore lint/suspicious/noDocumentCookie: the cookie store does not exist everywhere
    document.cookie = 'crumb=1; path=/';
    // Until then the browser may still be at it.
    await fetch('/icon.svg', { cache: 'reload' });
    const requests = (['omit', 'same-origin', 'include'] as const).map(
      (credentials) => new Request(`/bytes/${credentials}?size=1`, { credentials }),
    );
    await here.settled(await here.registration.backgroundFetch.fetch('id', requests));
  });
  const cookies = ['omit', 'same-origin', 'include'].map(
    (name) => requests(`/bytes/${name}`)[0]?.headers.cookie,
  );
  expect(cookies).toEqual([undefined, 'crumb=1', 'crumb=1']);
});

requirement('the referrer goes out as the request and its policy say', async () => {
  const { page, origin, requests } = await open();
  await page.evaluate(async () => {
    const requests = [
      new Request('/bytes/plain?size=1'),
      new Request('/bytes/none?size=1', { referrerPolicy: 'no-referrer' }),
      new Request('/bytes/own?size=1', { referrer: '/from?x' }),
      new Request('/bytes/origin?size=1', { referrerPolicy: 'origin' }),
    ];
    await here.settled(await here.registration.backgroundFetch.fetch('id', requests));
  });
  const referrers = ['plain', 'none', 'own', 'origin'].map(
    (name) => requests(`/bytes/${name}`)[0]?.headers.referer,
  );
  expect(referrers).toEqual([`${origin}/conformance/`, undefined, `${origin}/from?x`, `${origin}/`]);
});

requirement('requests pass by the service worker', async () => {
  const { page, allTold } = await open({
    worker: `addEventListener('fetch', (event) => {
      if (new URL(event.request.url).pathname === '/bytes/a') event.respondWith(tell('fetched', 1).then(() => fetch(event.request)));
    });`,
  });
  const result = await page.evaluate(async () => {
    const fetch = await here.registration.backgroundFetch.fetch('id', '/bytes/a?size=10');
    return (await here.settled(fetch)).result;
  });
  expect(result).toBe('success');
  expect(await allTold('fetched')).toEqual([]);
});
