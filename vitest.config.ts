import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import type { BrowserName } from './tests/support/browser.ts';

const minute = 60_000;

const CONFORMANCE = 'tests/browser/conformance/**/*.test.ts';

/** Tests in one of the browsers: one file at a time, since each file starts a browser of its own. */
function browserProject(
  browser: BrowserName,
  groupOrder: number,
  tests: TestProjectInlineConfiguration['test'],
): TestProjectInlineConfiguration {
  return {
    test: {
      env: { BACKFETCH_BROWSER: browser },
      globalSetup: ['tests/support/global-setup.ts'],
      fileParallelism: false,
      sequence: { groupOrder },
      testTimeout: 1.5 * minute,
      hookTimeout: 2 * minute,
      ...tests,
    },
  };
}

function allButConformance(browser: BrowserName): TestProjectInlineConfiguration['test'] {
  return {
    name: browser,
    include: ['tests/browser/**/*.test.ts'],
    // What one browser alone can tell has its name in the file's.
    exclude: [CONFORMANCE, `tests/browser/**/*.${browser === 'firefox' ? 'chromium' : 'firefox'}.test.ts`],
  };
}

/** Measures no times, and mostly waits: two files at a time take half as long. */
function conformance(
  browser: BrowserName,
  implementation: 'ours' | 'native',
): TestProjectInlineConfiguration['test'] {
  return {
    name: implementation === 'ours' ? `${browser}-conformance` : `${browser}-native`,
    include: [CONFORMANCE],
    env: { BACKFETCH_BROWSER: browser, BACKFETCH_IMPLEMENTATION: implementation },
    fileParallelism: true,
    maxWorkers: 2,
  };
}

export default defineConfig({
  test: {
    teardownTimeout: minute,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['lib/**/*.test.ts', 'components/**/*.test.tsx', 'tests/unit/**/*.test.ts'],
          sequence: { groupOrder: 0 },
          // Properties are tried thousands of times, which takes as long as the machine lets it.
          testTimeout: minute,
        },
      },
      {
        test: {
          name: 'packages',
          include: ['tests/packages/**/*.test.ts'],
          sequence: { groupOrder: 0 },
        },
      },
      browserProject('firefox', 1, allButConformance('firefox')),
      browserProject('firefox', 2, conformance('firefox', 'ours')),
      browserProject('chromium', 3, allButConformance('chromium')),
      browserProject('chromium', 4, conformance('chromium', 'ours')),
      // The suite against the browser's own Background Fetch: proves the suite right.
      browserProject('chromium', 5, conformance('chromium', 'native')),
    ],
  },
});
