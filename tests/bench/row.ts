/** What the rows of the benchmark are made of. */
import type { BrowserName, BrowserUnderTest, LaunchOptions } from '../support/browser.ts';
import { launch } from '../support/browser.ts';
import { builtExtension } from '../support/built-extension.ts';
import type { TestServer } from '../support/server.ts';

/** A work, and what is measured of it. */
export interface Row {
  /** The work. */
  title: string;
  measure(bench: Bench): Promise<Figure[]>;
}

export interface Bench {
  browser: BrowserName;
  server: TestServer;
  rounds: number;
}

export interface Figure {
  title: string;
  unit: string;
  /** Digits behind the point. */
  digits: number;
  /** What the median is to be; none where the figure only explains another. */
  goal?: readonly ['≤' | '≥', number];
  /** One a round. */
  values: number[];
}

export function median(values: number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

type Launched = Pick<LaunchOptions, 'nativeBackgroundFetch'>;

/** Runs `work` in a new browser with the extension (in this directory, by default as it is built), … */
export function withExtension<T>(
  name: BrowserName,
  work: (browser: BrowserUnderTest) => Promise<T>,
  extension = builtExtension(name),
) {
  return inBrowser(name, extension, {}, work);
}

/** … or without. */
export function withoutExtension<T>(
  name: BrowserName,
  options: Launched,
  work: (browser: BrowserUnderTest) => Promise<T>,
) {
  return inBrowser(name, null, options, work);
}

async function inBrowser<T>(
  name: BrowserName,
  extension: string | null,
  options: Launched,
  work: (browser: BrowserUnderTest) => Promise<T>,
): Promise<T> {
  const browser = await launch(name, { ...options, extension });
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}

/** Lets two take turns at being first: `rounds` times, after one that warms up. */
export async function alternate<One, Other>(
  rounds: number,
  one: () => Promise<One>,
  other: () => Promise<Other>,
): Promise<[One, Other][]> {
  const pairs: [One, Other][] = [];
  for (let round = 0; round <= rounds; round++) {
    const early = round % 2 ? await one() : null;
    const second = await other();
    const first = early ?? (await one());
    if (round > 0) pairs.push([first, second]);
  }
  return pairs;
}

/** Repeats `work` one round after the other, after one that warms up. */
export async function repeat<T>(rounds: number, work: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let round = 0; round <= rounds; round++) {
    const result = await work();
    if (round > 0) results.push(result);
  }
  return results;
}
