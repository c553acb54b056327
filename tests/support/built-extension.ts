import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserName } from './browser.ts';

const BUILDS: Record<BrowserName, string> = {
  firefox: '.output/firefox-mv3',
  chromium: '.output/chrome-mv3',
};

/** Where the extension was built to for `name`. */
export function builtExtension(name: BrowserName): string {
  const directory = join(import.meta.dirname, '../..', BUILDS[name]);
  if (!existsSync(join(directory, 'manifest.json'))) {
    throw new Error(`${BUILDS[name]} is not there: run "npm run build" first.`);
  }
  return directory;
}
