import 'fake-indexeddb/auto';
import { beforeEach, expect, test, vi } from 'vitest';
import type { DownloaderCommands } from '../protocol/commands.ts';
import { db } from '../store/database.ts';
import { emptyDatabase, fetchRow, ORIGIN } from '../store/testing/rows.ts';
import type { AgentConnection } from './agent-connection.ts';
import { KnockingWorkers } from './knocking-workers.ts';

type Knock = DownloaderCommands['knock']['argument'];
type Admitted = Parameters<AgentConnection['admit']>;

const OTHER = 'https://other.example';
const MOST = 512;

/** What the agents of sites were asked; each waits for its worker until the test goes on with it. */
let admitted: { call: Admitted[2]; follow: Admitted[3]; end: PromiseWithResolvers<void> }[];
let held: number;
let workers: KnockingWorkers;

beforeEach(async () => {
  await emptyDatabase();
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  admitted = [];
  held = 0;
  const agent = {
    admit(...[, , call, follow]: Admitted) {
      const end = Promise.withResolvers<void>();
      admitted.push({ call, follow, end });
      return end.promise;
    },
  } as AgentConnection;
  workers = new KnockingWorkers({
    withAgent: (_, work) => work(agent),
    changed: async () => {},
    hold() {
      held += 1;
      return () => {
        held -= 1;
      };
    },
  });
  return () => vi.restoreAllMocks();
});

const knock = (origin = ORIGIN): Knock => ({ origin, scriptURL: `${origin}/sw.js`, token: 'token' });

test('a site has only so many knocks under way, and is heard again as they end', async () => {
  const heard = Array.from({ length: 5_000 }, () => workers.hear(knock()));
  expect(heard.filter(Boolean)).toHaveLength(MOST);
  expect(admitted).toHaveLength(MOST);
  expect(held).toBe(MOST);
  expect(workers.hear(knock(OTHER))).toBe(true);

  admitted[0]?.end.resolve();
  admitted[1]?.end.reject(new Error('The service worker that asked is not there any more.'));
  await vi.waitFor(() => expect([workers.hear(knock()), workers.hear(knock())]).toEqual([true, true]));
  expect(workers.hear(knock())).toBe(false);
  expect(held).toBe(MOST + 1);
});

test('of one download a worker is told by its last call alone, also where it calls many times at once', async () => {
  await db.backgroundFetches.add(fetchRow({ origin: ORIGIN }));
  for (let n = 0; n < 3; n++) workers.hear(knock());
  for (const { call } of admitted) await call('watch', { key: 'key' });
  const tell = vi.fn(async () => true);
  // The calls were answered; now each would follow.
  const following = admitted.map(({ follow }) => follow(tell));
  await Promise.all(following.slice(0, -1));
  await vi.waitFor(() => expect(tell).toHaveBeenCalledOnce());
  for (const { end } of admitted) end.resolve();
  await following.at(-1);
  expect(held).toBe(0);
});
