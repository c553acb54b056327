/** What befalls downloads in an endurance run. */
import { setTimeout as delay } from 'node:timers/promises';
import { abortFetch } from '../support/site-page.ts';
import type { World } from './world.ts';

export interface Fault {
  name: string;
  weight: number;
  /** `roll`, from 0 to 1, decides all there is to decide. */
  strike(world: World, roll: number): Promise<void>;
}

/** So long the line is away, or a server in trouble (ms). */
const WHILE = 800;

function pick<Item>(items: readonly Item[], roll: number): Item | undefined {
  return items[Math.min(items.length - 1, Math.floor(roll * items.length))];
}

/** One of the background fetches in this state; undefined where there is none. */
async function oneThatIs(world: World, state: string, roll: number) {
  return pick(
    (await world.kept()).filter((row) => row.state === state),
    roll,
  );
}

/** Strikes when a result is being handed over, at a moment that `roll` decides; soon, where nothing is handed over. */
async function whileHandingOver(world: World, roll: number, strike: () => Promise<void>): Promise<void> {
  const before = world.server.log.for('/robots.txt').length;
  const begins = world.server.log.wait(
    '/robots.txt',
    (request) => world.server.log.for('/robots.txt').indexOf(request) >= before,
  );
  await Promise.race([begins, delay(4 * WHILE)]);
  await delay(roll * 200);
  await strike();
}

async function endServiceWorkers({ browser, begun }: World): Promise<void> {
  const origins = new Set([...begun.values()].map(({ origin }) => origin));
  for (const origin of origins) await browser.endServiceWorkers(origin);
}

export const FAULTS: Fault[] = [
  {
    name: 'the browser is killed, and started again',
    weight: 3,
    strike: (world) => world.kill(),
  },
  {
    name: 'the browser is killed while a result is handed over',
    weight: 1,
    strike: (world, roll) => whileHandingOver(world, roll, () => world.kill()),
  },
  {
    name: 'the background is ended',
    weight: 3,
    strike: ({ browser }) => browser.endBackground(),
  },
  {
    name: 'the downloader is ended',
    weight: 3,
    strike: ({ browser }) => browser.endDownloader(),
  },
  {
    name: 'the downloader is ended while a result is handed over',
    weight: 2,
    strike: (world, roll) => whileHandingOver(world, roll, () => world.browser.endDownloader()),
  },
  {
    name: 'service workers are ended',
    weight: 1,
    strike: endServiceWorkers,
  },
  {
    name: 'service workers are ended while a result is handed over',
    weight: 2,
    strike: (world, roll) => whileHandingOver(world, roll, () => endServiceWorkers(world)),
  },
  {
    name: 'connections are closed',
    weight: 4,
    strike: async ({ server }) => server.dropConnections(),
  },
  {
    name: 'the line is away',
    weight: 3,
    async strike({ browser, server }, roll) {
      await browser.setOffline(true);
      server.dropConnections();
      await delay(roll * WHILE);
      await browser.setOffline(false);
    },
  },
  {
    name: 'the servers are in trouble',
    weight: 2,
    async strike({ server }, roll) {
      const stop = server.intercept(({ url, request, response }) => {
        if (!url.pathname.startsWith('/bytes/') || request.method !== 'GET') return false;
        response.writeHead(503, { 'retry-after': '1' }).end();
        return true;
      });
      await delay(roll * WHILE);
      stop();
    },
  },
  {
    name: 'host frames are refused',
    weight: 1,
    async strike({ server }, roll) {
      const stop = server.intercept(({ url, response }) => {
        if (url.pathname !== '/robots.txt') return false;
        response.writeHead(204).end();
        return true;
      });
      await delay(roll * WHILE);
      stop();
    },
  },
  {
    name: 'the person pauses one',
    weight: 3,
    async strike(world, roll) {
      const row = await oneThatIs(world, 'active', roll);
      if (row) await world.command('pause', { key: row.key });
    },
  },
  {
    name: 'the person resumes all',
    weight: 3,
    strike: (world) => world.command('resumeAll', {}),
  },
  {
    name: 'the person aborts one',
    weight: 1,
    async strike(world, roll) {
      const row = await oneThatIs(world, 'active', roll);
      if (!row) return;
      await world.command('abort', { key: row.key });
      await noteAborted(world, row.key);
    },
  },
  {
    name: 'the site aborts one',
    weight: 1,
    async strike(world, roll) {
      const row = await oneThatIs(world, 'active', roll);
      const begun = row && world.begun.get(row.id);
      if (!begun) return;
      const page = await world.page(begun.origin);
      // It may have settled meanwhile.
      await abortFetch(page, row.id).catch((error: unknown) => {
        if (!String(error).includes('There is no background fetch')) throw error;
      });
      await noteAborted(world, row.key);
    },
  },
  {
    name: 'the person does not want to wait',
    weight: 2,
    async strike(world, roll) {
      const row = pick(
        (await world.kept()).filter(({ retryAt }) => retryAt > 0),
        roll,
      );
      if (row) await world.command('tryNow', { key: row.key });
    },
  },
  {
    name: 'all tabs are closed',
    weight: 2,
    strike: (world) => world.closePages(),
  },
  {
    name: 'nothing',
    weight: 2,
    strike: async () => {},
  },
];

async function noteAborted(world: World, key: string): Promise<void> {
  const row = (await world.kept()).find((each) => each.key === key);
  const begun = row && world.begun.get(row.id);
  if (begun && row.failureReason === 'aborted') begun.aborted = true;
}
