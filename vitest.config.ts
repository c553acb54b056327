import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import type { BrowserName } from './tests/support/browser.ts';

const minute = 60_000;

/** The same tests in one of the browsers: one file at a time, since each file starts a browser of its own. */
function browserProject(
  name: BrowserName,
  groupOrder: number,
  other: Partial<TestProjectInlineConfiguration['test']> = {},
) {
  return {
    test: {
      name,
      include: ['tests/browser/**/*.test.ts'],
      // What one browser alone can tell has its name in the file's.
      exclude: [`tests/browser/**/*.${name === 'firefox' ? 'chromium' : 'firefox'}.test.ts`],
      env: { BACKFETCH_BROWSER: name },
      globalSetup: ['tests/support/global-setup.ts'],
      fileParallelism: false,
      sequence: { groupOrder },
      testTimeout: 1.5 * minute,
      hookTimeout: 2 * minute,
      teardownTimeout: minute,
      ...other,
    },
  };
}

export default defineConfig({
  test: {
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
      browserProject('firefox', 1),
      browserProject('chromium', 2),
      // The conformance suite against the browser's own Background Fetch: proves the suite right.
      browserProject('chromium', 3, {
        name: 'chromium-native',
        include: ['tests/browser/conformance/**/*.test.ts'],
        env: { BACKFETCH_BROWSER: 'chromium', BACKFETCH_IMPLEMENTATION: 'native' },
        // It is the browser's own time that is waited for, mostly.
        fileParallelism: true,
        maxWorkers: 2,
      }),
    ],
  },
});
