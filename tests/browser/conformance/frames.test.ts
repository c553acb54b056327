/** Documents in documents, and documents that come back. */
import { describe, expect } from 'vitest';
import { until } from '../../support/until.ts';
import { browserName } from '../../support/use-browser.ts';
import { requirement, type Site, useSuite } from './suite.ts';

const { server, open } = await useSuite();

/** The document of a frame that `url` is loaded in. */
async function frameOf({ page }: Site, url: string) {
  await page.evaluate(async (url) => {
    const frame = document.createElement('iframe');
    frame.src = url;
    document.body.append(frame);
    await new Promise((resolve) => frame.addEventListener('load', resolve));
  }, url);
  return until('the frame is there', () => page.frames().find((frame) => frame.url() === url));
}

describe('frames', () => {
  requirement('a frame of the same origin has the API, with the same background fetches', async () => {
    const site = await open();
    const gate = server.gate('/bytes/held', 5);
    await site.page.evaluate(() => here.registration.backgroundFetch.fetch('id', '/bytes/held?size=10'));
    const frame = await frameOf(site, `${site.origin}/conformance/?frame`);
    const seen = await frame.evaluate(async () => {
      await here.start('classic');
      const manager = here.registration.backgroundFetch;
      const own = await manager.fetch('own', '/bytes/held?size=20');
      return { id: (await manager.get('id'))?.id, own: own.id, ids: [...(await manager.getIds())].sort() };
    });
    gate.open();
    expect(seen).toEqual({ id: 'id', own: 'own', ids: ['id', 'own'] });
  });

  requirement('an about:blank child has the API, of its own', async () => {
    const { page } = await open();
    const gate = server.gate('/bytes/held', 5);
    const seen = await page.evaluate(async () => {
      const frame = document.body.appendChild(document.createElement('iframe'));
      const child = frame.contentWindow as unknown as Record<string, { prototype: object }> & Window;
      const { BackgroundFetchManager, ServiceWorkerRegistration } = child;
      // Chromium gives such a document no registration of its own.
      const { prototype } = ServiceWorkerRegistration as { prototype: object };
      const accessor = Object.getOwnPropertyDescriptor(prototype, 'backgroundFetch');
      const manager: BackgroundFetchManager = accessor?.get?.call(here.registration);
      const fetch = await manager.fetch('id', '/bytes/held?size=10');
      const ids = await here.registration.backgroundFetch.getIds();
      await fetch.abort();
      const { failureReason } = await here.settled(fetch);
      return {
        ids,
        failureReason,
        manager: typeof BackgroundFetchManager,
        own:
          BackgroundFetchManager !==
          (globalThis as unknown as Record<string, unknown>).BackgroundFetchManager,
      };
    });
    gate.open();
    expect(seen).toEqual({
      ids: ['id'],
      failureReason: 'aborted',
      manager: 'function',
      own: true,
    });
  });

  requirement('a cross-site frame gets a NotAllowedError, and sees nothing', async () => {
    const site = await open();
    const other = server.freshOrigin();
    const frame = await frameOf(site, `${other}/conformance/`);
    const seen = await frame.evaluate(async () => {
      await here.start('classic');
      const manager = here.registration.backgroundFetch;
      const { error } = await here.outcome(() => manager.fetch('id', '/bytes/a?size=10'));
      const wrong = await here.outcome(() => manager.fetch('id', []));
      return {
        name: error?.name,
        wrong: wrong.error?.name,
        got: (await manager.get('id')) ?? null,
        ids: await manager.getIds(),
      };
    });
    expect(seen).toEqual({ name: 'NotAllowedError', wrong: 'TypeError', got: null, ids: [] });
  });

  // https://html.spec.whatwg.org/#sandboxed-origin-browsing-context-flag
  for (const [kind, html] of Object.entries({
    'a sandboxed frame': '<iframe sandbox="allow-scripts" src="/opaque"></iframe>',
    'a sandboxed srcdoc':
      '<iframe sandbox="allow-scripts" srcdoc="<script src=/opaque.js></script>"></iframe>',
    'a data: URL': '<iframe src="data:text/html,<script src=ORIGIN/opaque.js></script>"></iframe>',
  })) {
    requirement(`${kind} has no background fetches`, async () => {
      const { page, origin } = await open();
      server.page('/opaque', '<script src="/opaque.js"></script>');
      server.page(
        '/opaque.js',
        `(async () => {
          let began = true;
          try {
            const registration = await navigator.serviceWorker.getRegistration('${origin}/conformance/');
            await registration.backgroundFetch.fetch('id', '${origin}/bytes/a?size=10');
          } catch {
            began = false;
          }
          parent.postMessage({ origin, began }, '*');
        })();`,
      );
      const seen = await page.evaluate(
        (html) => {
          const said = new Promise((resolve) => {
            addEventListener('message', ({ data }) => resolve(data));
          });
          document.body.insertAdjacentHTML('beforeend', html);
          return said;
        },
        html.replace('ORIGIN', origin),
      );
      expect(seen).toEqual({ origin: 'null', began: false });
      expect(await page.evaluate(() => here.registration.backgroundFetch.getIds())).toEqual([]);
    });
  }
});

describe('the back/forward cache', () => {
  /** What a page that went away during a background fetch has seen of it when it is back; null where the browser did not keep it. */
  async function seenByRestored(settlesAway: boolean) {
    const { page, origin } = await open();
    const gate = server.gate('/bytes/a', 0.5);
    await page.evaluate(async () => {
      const fetch = await here.registration.backgroundFetch.fetch('id', '/bytes/a?size=100000');
      const results: string[] = [];
      fetch.onprogress = () => results.push(fetch.result);
      Object.assign(globalThis, { seen: { fetch, results } });
      addEventListener('pageshow', ({ persisted }) => Object.assign(globalThis, { persisted }));
    });
    await gate.reached;
    await page.goto(`${origin}/conformance/?away`);
    if (settlesAway) {
      gate.open();
      await until('it is over', () =>
        page.evaluate(async () => {
          const registration = await navigator.serviceWorker.ready;
          return (await registration.backgroundFetch.getIds()).length === 0;
        }),
      );
    }
    // Puppeteer's goBack() waits in Firefox for a load, and what is restored has none; Chromium needs it to find the page again.
    if (browserName === 'chromium') await page.goBack();
    else await page.evaluate(() => history.back());
    const back = await until('the page is back', () =>
      page
        .evaluate(() => {
          if (location.search !== '') return null;
          return 'persisted' in globalThis ? 'restored' : 'seen' in globalThis ? null : 'anew';
        })
        // Asked between two documents, puppeteer has none to ask.
        .catch((error: unknown) => {
          if (!/context/i.test(String(error))) throw error;
          return null;
        }),
    );
    gate.open();
    if (back === 'anew') return null;
    return page.evaluate(async () => {
      const { seen } = globalThis as unknown as {
        seen: { fetch: BackgroundFetchRegistration; results: string[] };
      };
      const { result, downloaded } = await here.settled(seen.fetch);
      return { result, downloaded, last: seen.results.at(-1) };
    });
  }

  const RESULT = { result: 'success', downloaded: 100_000, last: 'success' };

  requirement('a page that is restored goes on', async () => {
    let seen = await seenByRestored(false);
    // A browser may let go of what it keeps.
    while (!seen) seen = await seenByRestored(false);
    expect(seen).toEqual(RESULT);
  });

  // Chromium mostly lets go of it (CacheFlushed) when a background fetch ends.
  if (browserName === 'firefox') {
    requirement('a page that is restored hears of what ended meanwhile', async () => {
      expect(await seenByRestored(true)).toEqual(RESULT);
    });
  }
});
