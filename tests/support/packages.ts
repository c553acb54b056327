/** What `npm run zip` left for the stores. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzip } from './unzip.ts';

const ROOT = join(import.meta.dirname, '../..');

export const packageJson = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  version: string;
};

/** The files of `.output/backfetch-<version>-<kind>.zip`. */
export function zipOf(kind: 'firefox' | 'chrome' | 'sources'): Map<string, Buffer> {
  const file = join(ROOT, `.output/backfetch-${packageJson.version}-${kind}.zip`);
  try {
    return unzip(readFileSync(file));
  } catch (error) {
    throw new Error(`${file} can't be read: run "npm run zip" first.`, { cause: error });
  }
}

/** A file that must be in `files`. */
export function fileIn(files: Map<string, Buffer>, name: string): Buffer {
  const content = files.get(name);
  if (!content) throw new Error(`There is no ${name} in the package.`);
  return content;
}
