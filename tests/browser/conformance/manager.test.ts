/** https://wicg.github.io/background-fetch/#background-fetch-manager: get(), getIds() and the instances */
import { describe, expect } from 'vitest';
import { until } from '../../support/until.ts';
import { requirement, type Site, useSuite } from './suite.ts';

const { server, open } = await useSuite();

describe('get()', () => {
  requirement('an unknown id gives undefined', async () => {
    const { page } = await open();
    expect(
      await page.evaluate(async () => (await here.registration.backgroundFetch.get('nobody')) === undefined),
    ).toBe(true);
  });

  requirement('a missing argument rejects with a TypeError', async () => {
    const { page } = await open();
    const outcome = await page.evaluate(() => {
      const manager = here.registration.backgroundFetch;
      return here.outcome(() => Reflect.apply(manager.get, manager, []));
    });
    expect(outcome.error?.name).toBe('TypeError');
  });

  requirement('one background fetch is one object', async () => {
    const { page } = await open();
    const gate = server.gate('/bytes/held', 5);
    const same = await page.evaluate(async () => {
      const manager = here.registration.backgroundFetch;
      const fetch = await manager.fetch('id', '/bytes/held?size=10');
      const [one, other] = await Promise.all([manager.get('id'), manager.get('id')]);
      const again = (await navigator.serviceWorker.getRegistration())?.backgroundFetch;
      return [fetch === one, one === other, (await again?.get('id')) === fetch];
    });
    gate.open();
    expect(same).toEqual([true, true, true]);
  });

  requirement('a settled one is not listed any more', async () => {
    const { page } = await open();
    const seen = await page.evaluate(async () => {
      const manager = here.registration.backgroundFetch;
      await here.settled(await manager.fetch('id', '/bytes/a?size=10'));
      return { got: (await manager.get('id')) ?? null, ids: await manager.getIds() };
    });
    expect(seen).toEqual({ got: null, ids: [] });
  });

  requirement('another page of the origin gets it too, up to date', async () => {
    const { page, origin } = await open();
    const gate = server.gate('/bytes/held', 5);
    await page.evaluate(() =>
      here.registration.backgroundFetch.fetch('id', ['/bytes/held?size=10', '/bytes/a?size=100'], {
        downloadTotal: 110,
      }),
    );
    await gate.reached;
    const other = await open({ origin });
    const seen = await other.page.evaluate(async () => {
      const fetch = await here.registration.backgroundFetch.get('id');
      return fetch && { id: fetch.id, downloadTotal: fetch.downloadTotal, result: fetch.result };
    });
    gate.open();
    expect(seen).toEqual({ id: 'id', downloadTotal: 110, result: '' });
  });
});

describe('getIds()', () => {
  requirement('gives the ids of what is active, in order', async () => {
    const { page } = await open();
    const gate = server.gate('/bytes/held', 5);
    const ids = await page.evaluate(async () => {
      const manager = here.registration.backgroundFetch;
      const before = await manager.getIds();
      await manager.fetch('b', '/bytes/held?size=10');
      await manager.fetch('a', '/bytes/held?size=10');
      const both = await manager.getIds();
      await (await manager.get('b'))?.abort();
      return [before, both, await manager.getIds()];
    });
    gate.open();
    expect(ids).toEqual([[], ['b', 'a'], ['a']]);
  });
});

describe('service worker registrations', () => {
  requirement('two scopes do not mix', async () => {
    const { page } = await open();
    const gate = server.gate('/bytes/held', 5);
    const seen = await page.evaluate(async () => {
      const other = await here.registerAt('other/');
      const own = await here.registration.backgroundFetch.fetch('id', '/bytes/held?size=10');
      const before = (await other.backgroundFetch.get('id')) ?? null;
      const foreign = await other.backgroundFetch.fetch('id', '/bytes/held?size=20');
      await foreign.abort();
      return {
        before,
        same: own === foreign,
        ids: [await here.registration.backgroundFetch.getIds(), await other.backgroundFetch.getIds()],
      };
    });
    gate.open();
    expect(seen).toEqual({ before: null, same: false, ids: [['id'], []] });
  });

  requirement('unregistering clears its background fetches', async () => {
    const { page } = await open();
    // A path of its own: what tests before this one have begun may still come.
    const gate = server.gate('/bytes/unregistered', 5);
    await page.evaluate(async () => {
      const registration = await here.registerAt('other/');
      await registration.backgroundFetch.fetch('id', '/bytes/unregistered?size=10');
    });
    // Before that there may be no request yet that could be seen to end.
    await gate.reached;
    const ids = await page.evaluate(async () => {
      await (await here.registerAt('other/')).unregister();
      const later = await here.registerAt('other/');
      return later.backgroundFetch.getIds();
    });
    const cut = await server.log.wait('/bytes/unregistered', (request) => request.outcome !== 'open');
    gate.open();
    expect(ids).toEqual([]);
    expect(cut.outcome).toBe('cut');
  });

  /** How a registration comes to its end: in the page, and what the page does until it registers again. */
  const ENDS = {
    'a page has unregistered': async ({ page }: Site) =>
      page.evaluate(async () => void (await (await here.registerAt('other/')).unregister())),
    'its worker has unregistered': async ({ page }: Site) => {
      await page.evaluate(async () => (await here.registerAt('other/')).active?.postMessage('unregister'));
      // The worker may be ended before it could tell.
      await until('it is gone', () =>
        page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length === 1),
      );
    },
    'its worker has unregistered before the page came': async (site: Site) => {
      await ENDS['its worker has unregistered'](site);
      await site.page.reload();
    },
    'went with the data of its site': async ({ page, origin }: Site) => {
      server.page('/cleared', { body: 'cleared', headers: { 'clear-site-data': '"storage"' } });
      await page.goto(`${origin}/cleared`);
      await page.goto(`${origin}/conformance/`);
    },
  };
  for (const [name, end] of Object.entries(ENDS)) {
    requirement(`no event of a registration that ${name} reaches a later one at its scope`, async () => {
      const site = await open({
        worker: `
          for (const type of ['success', 'fail', 'abort']) {
            addEventListener('backgroundfetch' + type, (event) =>
              event.waitUntil(tell('event', event.registration.id + ' ' + type)));
          }
          addEventListener('message', (event) => event.waitUntil(self.registration.unregister()));`,
      });
      const { page, told, allTold } = site;
      const gate = server.gate('/bytes/held', 5);
      await page.evaluate(async () => {
        const registration = await here.registerAt('other/');
        await registration.backgroundFetch.fetch('old', '/bytes/held?size=10');
      });
      await end(site);
      await page.evaluate(async () => void (await here.registerAt('other/')));
      gate.open();
      await page.evaluate(async () => {
        const later = await here.registerAt('other/');
        await later.backgroundFetch.fetch('new', '/bytes/a?size=10');
      });
      await told('event');
      // What would come of the old one would have come first: it settled first.
      expect(await allTold('event')).toEqual(['new success']);
    });
  }
});
