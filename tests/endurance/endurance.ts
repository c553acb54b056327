/**
 * `npm run test:endurance [-- --browser firefox|chromium] [--rounds N] [--seed N]`: a mixed load under random faults, which
 * has to end with every byte right, nothing lost and nothing left over. `-- --minutes N`: instead one download that takes
 * so long, with no tab open.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { site } from '../site/site.ts';
import { type BrowserName, type BrowserUnderTest, launch } from '../support/browser.ts';
import { builtExtension } from '../support/built-extension.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { findFaults, finish } from './check.ts';
import { FAULTS, type Fault } from './faults.ts';
import { drawFetch, type PlannedFetch } from './load.ts';
import { runLong } from './long.ts';
import { Random } from './random.ts';
import { World } from './world.ts';

const SITES = 5;
/** The longest that is waited before a fault strikes (ms). */
const LONGEST_WAIT = 900;

interface Round {
  begin: PlannedFetch[];
  /** Ms. */
  wait: number;
  fault: Fault;
  roll: number;
}

function drawRounds(seed: number, count: number, origins: string[], other: string): Round[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, round) => ({
    begin: Array.from({ length: random.int(0, 2) }, (_, index) =>
      drawFetch(random, `${round}.${index}`, random.pick(origins), other),
    ),
    wait: random.int(0, LONGEST_WAIT),
    fault: random.weighted(FAULTS),
    roll: random.share(),
  }));
}

/** Resolves with what is to be told; rejects where anything is not as it has to be. */
async function runRounds(
  browser: BrowserUnderTest,
  server: TestServer,
  seed: number,
  count: number,
): Promise<string[]> {
  const world = new World(browser, server);
  const origins = Array.from({ length: SITES }, () => server.freshOrigin());
  const other = server.freshOrigin();
  for (const origin of origins) await world.command('permit', { origin, permission: 'allow' });
  const struck = new Map<string, number>();
  let round = 0;
  for (const { begin, wait, fault, roll } of drawRounds(seed, count, origins, other)) {
    round += 1;
    const kinds = begin.map(
      ({ id, requests }) => `${id} (${[...new Set(requests.map(({ kind }) => kind))].join(', ')})`,
    );
    console.log(`${round}. ${kinds.map((each) => `begin ${each}; `).join('')}${wait} ms; ${fault.name}`);
    for (const planned of begin) await world.begin(planned);
    await delay(wait);
    await fault.strike(world, roll);
    struck.set(fault.name, (struck.get(fault.name) ?? 0) + 1);
  }
  console.log('All goes to its end.');
  await finish(world);
  const faults = await findFaults(world);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  const requests = [...world.begun.values()].flatMap((begun) => begun.requests);
  return [
    `${count} rounds, ${world.begun.size} background fetches, ${requests.length} requests, ${server.log.all.length} seen by the server`,
    ...[...struck].map(([name, times]) => `${times} × ${name}`),
  ];
}

const { values } = parseArgs({
  options: {
    browser: { type: 'string' },
    rounds: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    minutes: { type: 'string' },
  },
});
const seed = Number(values.seed);
let failed = 0;
for (const name of (values.browser ? [values.browser] : ['firefox', 'chromium']) as BrowserName[]) {
  const server = await startServer(site);
  const browser = await launch(name, { extension: builtExtension(name) });
  console.log(`== ${name} ${await browser.version()}, seed ${seed}`);
  const startedAt = Date.now();
  try {
    const told = values.minutes
      ? await runLong(browser, server, Number(values.minutes))
      : await runRounds(browser, server, seed, Number(values.rounds));
    console.log([...told, `${Math.round((Date.now() - startedAt) / 1000)} s. All is right.`].join('\n'));
  } catch (error) {
    failed += 1;
    console.error(error);
    console.error(`The extension said:\n  ${browser.log.slice(-100).join('\n  ')}`);
    console.error(
      `To repeat it: npm run test:endurance -- --browser ${name} --seed ${seed} --rounds ${values.rounds}`,
    );
  } finally {
    await browser.close();
    await server.close();
  }
}
console.log(`${(values.browser ? 1 : 2) - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
