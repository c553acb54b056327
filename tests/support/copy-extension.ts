import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectory } from './browser-process.ts';

/** A copy of the built extension in `directory`, with other values in its manifest. Returns the copy's directory. */
export function copyExtension(directory: string, changes: object): string {
  const copy = makeDirectory('extension');
  cpSync(directory, copy, { recursive: true });
  const file = join(copy, 'manifest.json');
  const manifest: object = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...manifest, ...changes }));
  return copy;
}
