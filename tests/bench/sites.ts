/** Row: several sites download at once, beside one that downloads as much. */
import type { BrowserUnderTest } from '../support/browser.ts';
import type { TestServer } from '../support/server.ts';
import { eventFor, openSite, startFetch } from '../support/site-page.ts';
import { until } from '../support/until.ts';
import { clear } from './contenders.ts';
import { alternate, type Row, withExtension } from './row.ts';

const TIMEOUT = 600_000;
const SITES = 5;

export function sitesAtOnce(size: number): Row {
  const urls = Array.from({ length: SITES }, (_, i) => `/bytes/file${i}?size=${size}`);
  return {
    title: `${SITES} sites at once, 1 × ${size >> 20} MiB each`,
    measure: ({ browser: name, server, rounds }) =>
      withExtension(name, async (browser) => {
        const pairs = await alternate(
          rounds,
          () =>
            run(
              browser,
              server,
              urls.map((url) => [url]),
              size,
            ),
          () => run(browser, server, [urls], size),
        );
        return [
          {
            title: 'time / one site’s for the same bytes',
            unit: '×',
            digits: 2,
            goal: ['≤', 1.1],
            values: pairs.map(([five, one]) => five.time / one.time),
          },
          {
            title: 'least share of the line until the first has everything',
            unit: ' %',
            digits: 1,
            goal: ['≥', 15],
            values: pairs.map(([five]) => five.leastShare * 100),
          },
        ];
      }),
  };
}

/** Lets sites download at once, each its own files of `size` bytes. */
async function run(browser: BrowserUnderTest, server: TestServer, urlsOfSites: string[][], size: number) {
  server.log.clear();
  const origins = urlsOfSites.map(() => server.freshOrigin());
  const sites = [];
  for (const [i, urls] of urlsOfSites.entries())
    sites.push({ page: await openSite(browser, origins[i] ?? ''), urls });

  const startedAt = Date.now();
  const share = leastShare(server, origins, (urlsOfSites[0]?.length ?? 0) * size);
  await Promise.all(sites.map(({ page, urls }) => startFetch(page, 'bench', urls, { title: 'Benchmark' })));
  const all = urlsOfSites.flat().length * size;
  // Asking the pages would slow the downloads down, five of them more than one.
  await until(
    'all is sent',
    () => origins.reduce((sum, origin) => sum + bytesSent(server, origin), 0) >= all,
    TIMEOUT,
  );
  const ends = await Promise.all(
    sites.map(async ({ page }) => (await eventFor(page, 'bench', TIMEOUT)).at - startedAt),
  );
  const result = { time: Math.max(...ends), leastShare: await share };
  for (const { page, urls } of sites) {
    await clear(page, urls);
    await page.close();
  }
  return result;
}

/** The least of the shares that sites have of all bytes sent, when the first of them has been sent everything. */
async function leastShare(server: TestServer, origins: string[], total: number): Promise<number> {
  const sent = await until(
    'the first site has been sent everything',
    () => {
      const now = origins.map((origin) => bytesSent(server, origin));
      return now.some((bytes) => bytes >= total) && now;
    },
    TIMEOUT,
  );
  return Math.min(...sent) / sent.reduce((sum, bytes) => sum + bytes, 0);
}

function bytesSent(server: TestServer, origin: string): number {
  return server.log.all
    .filter(({ host, path }) => path.startsWith('/bytes/') && origin === `http://${host}`)
    .reduce((sum, file) => sum + file.sent, 0);
}
