/** https://wicg.github.io/background-fetch/#perform-a-background-fetch and its events in the service worker */
import { describe, expect } from 'vitest';
import { bundle } from '../../support/bundle.ts';
import { until } from '../../support/until.ts';
import { requirement, useSuite } from './suite.ts';

const { server, open } = await useSuite();

/** Opens a site with this worker and begins a background fetch of `urls` there. */
async function perform(
  worker: string,
  urls: string[] = ['/bytes/a?size=10'],
  options: object = {},
  type: WorkerType = 'classic',
) {
  const site = await open({ worker, type });
  await site.page.evaluate(
    (urls, options) => here.registration.backgroundFetch.fetch('id', urls, options),
    urls,
    options,
  );
  return site;
}

/** Tells what every event is like. */
const TELL_ALL = `
  for (const type of ['success', 'fail', 'abort']) {
    addEventListener('backgroundfetch' + type, (event) => {
      const { id, result, failureReason, recordsAvailable, downloaded } = event.registration;
      event.waitUntil(tell('event', { type: event.type, class: event.constructor.name, id, result, failureReason,
        recordsAvailable, downloaded, bubbles: event.bubbles, cancelable: event.cancelable }));
    });
  }`;

describe('results', () => {
  const common = { id: 'id', recordsAvailable: true, bubbles: false, cancelable: false };

  requirement('all records with an OK status make a success', async () => {
    const { told } = await perform(TELL_ALL, ['/bytes/a?size=10', '/bytes/b?size=20']);
    expect(await told('event')).toEqual({
      ...common,
      type: 'backgroundfetchsuccess',
      class: 'BackgroundFetchUpdateUIEvent',
      result: 'success',
      failureReason: '',
      downloaded: 30,
    });
  });

  requirement('a status that is not OK makes a failure: bad-status', async () => {
    const { told } = await perform(TELL_ALL, ['/bytes/a?size=10', '/bytes/b?status=404']);
    expect(await told('event')).toMatchObject({
      type: 'backgroundfetchfail',
      class: 'BackgroundFetchUpdateUIEvent',
      result: 'failure',
      failureReason: 'bad-status',
    });
  });

  requirement('a failure and an abort reach handler attributes, with all records', async () => {
    const { page, told } = await open({
      worker: `
        const statuses = async ({ registration }) => Promise.all((await registration.matchAll()).map(
          ({ responseReady }) => responseReady.then(({ status }) => status, ({ name }) => name)));
        self.onbackgroundfetchfail = (event) => event.waitUntil(tell('failed', () => statuses(event)));
        self.onbackgroundfetchabort = (event) => event.waitUntil(tell('aborted', () => statuses(event)));`,
    });
    const gate = server.gate('/bytes/held', 5);
    await page.evaluate(async () => {
      const manager = here.registration.backgroundFetch;
      await manager.fetch('failing', ['/bytes/a?size=10', '/bytes/b?status=404']);
      await (await manager.fetch('aborted', '/bytes/held?size=10')).abort();
    });
    expect((await told<number[]>('failed')).sort()).toEqual([200, 404]);
    expect(await told('aborted')).toEqual(['AbortError']);
    gate.open();
  });

  requirement('what CORS does not allow makes a failure: fetch-error', async () => {
    const other = server.freshOrigin();
    const { told } = await perform(TELL_ALL, [`${other}/bytes/a?size=10&cors=none`]);
    expect(await told('event')).toMatchObject({
      type: 'backgroundfetchfail',
      failureReason: 'fetch-error',
      downloaded: 0,
    });
  });

  requirement('more bytes than downloadTotal make a failure: download-total-exceeded', async () => {
    const { told } = await perform(TELL_ALL, ['/bytes/a?size=100'], { downloadTotal: 50 });
    expect(await told('event')).toMatchObject({
      type: 'backgroundfetchfail',
      failureReason: 'download-total-exceeded',
    });
  });

  requirement('exactly downloadTotal bytes make a success', async () => {
    const { told } = await perform(TELL_ALL, ['/bytes/a?size=50', '/bytes/b?size=50'], {
      downloadTotal: 100,
    });
    expect(await told('event')).toMatchObject({ type: 'backgroundfetchsuccess', downloaded: 100 });
  });

  requirement('a 206 that was not asked for makes a failure: fetch-error', async () => {
    server.intercept(({ url, response }) => {
      if (url.pathname !== '/bytes/part') return false;
      response.writeHead(206, { 'content-range': 'bytes 5-9/10' }).end('56789');
      return true;
    });
    const { told } = await perform(TELL_ALL, ['/bytes/part']);
    expect(await told('event')).toMatchObject({ failureReason: 'fetch-error' });
  });

  requirement('pages are up to date before the event', async () => {
    const site = await open({
      worker: `addEventListener('backgroundfetchsuccess', (event) => event.waitUntil(tell('begun', Date.now())));`,
    });
    const settledAt = await site.page.evaluate(async () => {
      const fetch = await here.registration.backgroundFetch.fetch('id', '/bytes/a?size=10');
      await here.settled(fetch);
      return Date.now();
    });
    expect(settledAt).toBeLessThanOrEqual(await site.told<number>('begun'));
  });
});

describe('listeners', () => {
  const HANDLERS: Record<string, string> = {
    'addEventListener bare': "addEventListener('backgroundfetchsuccess', listener);",
    'self.addEventListener': "self.addEventListener('backgroundfetchsuccess', listener);",
    'self.onbackgroundfetchsuccess': 'self.onbackgroundfetchsuccess = listener;',
    'onbackgroundfetchsuccess bare': 'onbackgroundfetchsuccess = listener;',
    'inside an if':
      "if ('BackgroundFetchManager' in self) addEventListener('backgroundfetchsuccess', listener);",
    'inside a feature test of the registration':
      "if (self.registration.backgroundFetch) addEventListener('backgroundfetchsuccess', listener);",
    'an object with handleEvent': "addEventListener('backgroundfetchsuccess', { handleEvent: listener });",
  };
  for (const [name, add] of Object.entries(HANDLERS)) {
    requirement(`an event comes to a listener: ${name}`, async () => {
      const { told } = await perform(
        `const listener = (event) => event.waitUntil(tell('event', event.registration.id));\n${add}`,
      );
      expect(await told('event')).toBe('id');
    });
  }

  requirement('an event comes to a listener of an imported script', async () => {
    server.page(
      '/conformance/imported.js',
      "addEventListener('backgroundfetchsuccess', (event) => event.waitUntil(tell('event', event.registration.id)));",
    );
    const { told } = await perform("importScripts('imported.js');");
    expect(await told('event')).toBe('id');
  });

  requirement('an event comes to a listener of a module and of its imports', async () => {
    server.page(
      '/conformance/imported.js',
      "addEventListener('backgroundfetchsuccess', (event) => event.waitUntil(tell('import', event.registration.id)));",
    );
    const { told } = await perform(
      `import './imported.js';
      addEventListener('backgroundfetchsuccess', (event) => event.waitUntil(tell('module', event.registration.id)));`,
      undefined,
      undefined,
      'module',
    );
    expect([await told('module'), await told('import')]).toEqual(['id', 'id']);
  });

  requirement(
    'an event comes to a listener of a worker that Workbox builds, which serves what it keeps',
    async () => {
      const { page, requests } = await open({ worker: await bundle('tests/site/workbox/sw.ts') });
      await page.evaluate(async () => {
        await here.settled(await here.registration.backgroundFetch.fetch('id', '/bytes/a?size=10'));
      });
      const kept = () => page.evaluate(async () => (await caches.match('/bytes/a?size=10')) !== undefined);
      await until('the record is kept', kept);
      const served = await page.evaluate(async () => {
        const icon = await fetch('/icon.svg');
        const bytes = await fetch('/bytes/a?size=10');
        return { icon: icon.ok, size: (await bytes.bytes()).length };
      });
      expect(served).toEqual({ icon: true, size: 10 });
      expect(requests('/bytes/a')).toHaveLength(1);
    },
  );

  requirement('relative URLs are resolved against the script of the worker', async () => {
    const { told } = await perform(`
      addEventListener('backgroundfetchsuccess', (event) => event.waitUntil(tell('counts', async () => {
        const count = async (url) => (await event.registration.matchAll(url)).length;
        return [await count('../bytes/a?size=10'), await count(new Request('../bytes/a?size=10')), await count('a?size=10')];
      })));`);
    expect(await told('counts')).toEqual([1, 1, 0]);
  });

  requirement('registration is one object for all listeners and for get() after it', async () => {
    const { told } = await perform(`
      let first;
      addEventListener('backgroundfetchsuccess', (event) => { first = event.registration; });
      addEventListener('backgroundfetchsuccess', (event) => event.waitUntil(
        tell('same', first === event.registration && event.registration === event.registration)));`);
    expect(await told('same')).toBe(true);
  });

  requirement('the events are trusted', async () => {
    const { told } = await perform(
      "onbackgroundfetchsuccess = (event) => event.waitUntil(tell('trusted', event.isTrusted));",
    );
    expect(await told('trusted')).toBe(true);
  });
});

describe('the lifetime of an event', () => {
  requirement('lasts as long as its promises, also those added late', async () => {
    const { told } = await perform(`
      onbackgroundfetchsuccess = (event) => {
        event.waitUntil((async () => {
          await event.registration.matchAll();
          event.waitUntil((async () => {
            const records = await event.registration.matchAll();
            await tell('late', records.length);
          })());
        })());
      };`);
    expect(await told('late')).toBe(1);
  });

  requirement('waitUntil takes what is no promise', async () => {
    const { told } = await perform(`
      onbackgroundfetchsuccess = (event) => {
        const given = event.waitUntil(5);
        event.waitUntil(tell('given', String(given)));
      };`);
    expect(await told('given')).toBe('undefined');
  });

  requirement('waitUntil wants an argument and an active event', async () => {
    const { told } = await perform(`
      const errorOf = (run) => { try { run(); return 'none'; } catch (error) { return error.name; } };
      onbackgroundfetchsuccess = (event) => {
        const missing = errorOf(() => event.waitUntil());
        setTimeout(() => tell('late', [missing, errorOf(() => event.waitUntil(Promise.resolve()))]));
      };`);
    expect(await told('late')).toEqual(['TypeError', 'InvalidStateError']);
  });

  requirement('a listener need not extend it', async () => {
    const { told } = await perform(`
      addEventListener('backgroundfetchsuccess', async (event) => { await tell('event', event.registration.id); });`);
    expect(await told('event')).toBe('id');
  });

  requirement('a listener that throws keeps none of the others from the event', async () => {
    const { told } = await perform(`
      addEventListener('backgroundfetchsuccess', () => { throw new Error('broken'); });
      addEventListener('backgroundfetchsuccess', (event) => event.waitUntil(Promise.reject(new Error('broken'))));
      addEventListener('backgroundfetchsuccess', (event) => event.waitUntil(tell('event', 1)));`);
    expect(await told('event')).toBe(1);
  });
});

describe('updateUI()', () => {
  requirement('resolves with undefined, once', async () => {
    const { told } = await perform(`
      onbackgroundfetchsuccess = (event) => event.waitUntil(tell('updated', async () => {
        const first = await event.updateUI({ title: 'Title', icons: [{ src: 'icon.png' }] });
        const nameOf = (promise) => promise.then(() => 'none', (error) => error.name);
        return [String(first), await nameOf(event.updateUI({ title: 'Again' }))];
      }));`);
    expect(await told('updated')).toEqual(['undefined', 'InvalidStateError']);
  });

  requirement('works without options, and at failure', async () => {
    const { told } = await perform(
      `onbackgroundfetchfail = (event) => event.waitUntil(tell('updated', async () => String(await event.updateUI())));`,
      ['/bytes/a?status=404'],
    );
    expect(await told('updated')).toBe('undefined');
  });

  requirement('that the event does not wait for resolves all the same', async () => {
    const { told } = await perform(`
      onbackgroundfetchsuccess = (event) => {
        event.updateUI({ title: 'Not awaited' }).then(() => tell('updated', 1));
      };`);
    expect(await told('updated')).toBe(1);
  });

  requirement('converts its options before anything else', async () => {
    const { told } = await perform(`
      onbackgroundfetchsuccess = (event) => event.waitUntil(tell('errors', async () => {
        const nameOf = (promise) => promise.then(() => 'none', (error) => error.name);
        return [await nameOf(event.updateUI(5)), await nameOf(event.updateUI({ icons: 5 })), await nameOf(event.updateUI())];
      }));`);
    expect(await told('errors')).toEqual(['TypeError', 'TypeError', 'none']);
  });

  requirement('late rejects with an InvalidStateError', async () => {
    const { told } = await perform(`
      onbackgroundfetchsuccess = (event) => {
        setTimeout(() => tell('late', () => event.updateUI({ title: 'Late' })));
      };`);
    expect(await told('late')).toMatchObject({ error: { name: 'InvalidStateError' } });
  });

  requirement('on an event that a script made rejects with an InvalidStateError', async () => {
    const { told } = await perform(`
      onbackgroundfetchsuccess = (event) => event.waitUntil(tell('untrusted', () =>
        new BackgroundFetchUpdateUIEvent('a', { registration: event.registration }).updateUI()));`);
    expect(await told('untrusted')).toMatchObject({ error: { name: 'InvalidStateError' } });
  });
});
