/**
 * `npm run bench [-- [--browser=firefox|chromium] [--rounds=N] [--write] [row …]]`: what Backfetch costs, as a table; `--write`
 * puts it into docs/performance.md.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { site } from '../site/site.ts';
import type { BrowserName } from '../support/browser.ts';
import { startServer } from '../support/server.ts';
import { goalOf, type Measured, page, table, textOf } from './report.ts';
import { type Row, withoutExtension } from './row.ts';
import { MORE, TABLE } from './rows.ts';

const PAGE = join(import.meta.dirname, '../../docs/performance.md');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    browser: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    write: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
if (!(rounds >= 1)) throw new Error(`"${values.rounds}" is no number of rounds.`);
if (values.write && (positionals.length > 0 || values.browser))
  throw new Error('Only the whole table, of both browsers, can be written.');
const browsers = (['firefox', 'chromium'] as const).filter((name) => name === (values.browser ?? name));
if (browsers.length === 0) throw new Error(`There is no browser "${values.browser}": firefox or chromium.`);
const rows: Row[] = positionals.length > 0 ? positionals.map(rowCalled) : Object.values(TABLE);

function rowCalled(name: string): Row {
  const all = { ...TABLE, ...MORE };
  const row = all[name];
  if (!row) throw new Error(`There is no row "${name}"; there are ${Object.keys(all).join(', ')}.`);
  return row;
}

const versions: Record<BrowserName, string> = { firefox: '', chromium: '' };
const measured: Measured[] = [];
for (const browser of browsers) {
  versions[browser] = await withoutExtension(browser, {}, (each) => each.version());
  console.log(`\n${browser} ${versions[browser]}`);
  for (const row of rows) {
    console.log(`  ${row.title}`);
    const server = await startServer(site);
    try {
      const figures = await row.measure({ browser, server, rounds });
      for (const figure of figures)
        console.log(
          `    ${[`${figure.title}: ${textOf(figure)}`, goalOf(figure)].filter(Boolean).join(', goal ')}`,
        );
      measured.push({ row: row.title, browser, figures });
    } finally {
      await server.close();
    }
  }
}
console.log(`\nMedian (least–most) of ${rounds}; ✗: the median misses its goal.\n`);
console.log(table(measured, browsers));
if (values.write) writeFileSync(PAGE, page(measured, versions, rounds));
