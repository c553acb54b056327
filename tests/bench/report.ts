/** The figures as a table. */
import { availableParallelism } from 'node:os';
import type { BrowserName } from '../support/browser.ts';
import { type Figure, median } from './row.ts';

/** Figures of one row in one browser. */
export interface Measured {
  row: string;
  browser: BrowserName;
  figures: Figure[];
}

/** `1.10× (1.05–1.12)`: median, least and most; ✗ where the median misses the goal. */
export function textOf({ values, digits, unit, goal }: Figure): string {
  const format = (value: number) => value.toFixed(digits);
  const middle = median(values);
  const missed = goal && !(goal[0] === '≤' ? middle <= goal[1] : middle >= goal[1]);
  const spread = `${format(Math.min(...values))}–${format(Math.max(...values))}`;
  return `${format(middle)}${unit} (${spread})${missed ? ' ✗' : ''}`;
}

export function goalOf({ goal, unit }: Figure): string {
  return goal ? `${goal[0]} ${goal[1]}${unit}` : '';
}

/** One line a figure, one column a browser. */
export function table(measured: Measured[], browsers: BrowserName[]): string {
  const lines = [
    ['work', 'figure', 'goal', ...browsers],
    ['---', '---', '---', ...browsers.map(() => '---')],
  ];
  for (const row of new Set(measured.map((each) => each.row))) {
    const ofRow = measured.filter((each) => each.row === row);
    const figures = new Map(ofRow.flatMap((each) => each.figures.map((figure) => [figure.title, figure])));
    for (const [title, figure] of figures) {
      const cells = browsers.map((browser) => {
        const ofBrowser = ofRow.find((each) => each.browser === browser)?.figures;
        const found = ofBrowser?.find((each) => each.title === title);
        return found ? textOf(found) : '–';
      });
      lines.push([row, title, goalOf(figure), ...cells]);
    }
  }
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

/** docs/performance.md */
export function page(measured: Measured[], versions: Record<BrowserName, string>, rounds: number): string {
  const date = new Date().toISOString().slice(0, 10);
  const browsers: BrowserName[] = ['firefox', 'chromium'];
  const ran = browsers.map((name) => `${name} ${versions[name]}`).join(' and ');
  return `# What Backfetch costs

Measured on ${date} with ${ran}, on ${availableParallelism()} processors. Written by

    npm run bench -- --write --rounds ${rounds}

which repeats it: on a machine that does nothing else, with 12 GB free on its disk. \`npm run bench -- huge page\` measures rows of it
(their names are in \`tests/bench/rows.ts\`), \`--browser firefox\` one browser.

Every figure is the median of ${rounds} rounds, with the least and the most; ✗ where the median misses the goal, – where the browser has nothing to
compare with. Everything comes from a server on the same machine. "Page's own" is the page's \`fetch\` → \`cache.put\` of the same files, six at once, in
the same round; who is first alternates. A download takes from the page's call until the site's service worker has all files in its cache.
Memory, CPU and bytes written are of all the browser's processes. "Native" is Chromium's own Background Fetch.

${table(measured, browsers)}`;
}
