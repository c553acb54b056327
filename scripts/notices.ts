/** The licences of what others wrote and a build carries: LICENSES.txt in the package, beside our own. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'vite';

interface PackageJson {
  name: string;
  version: string;
  license: string;
  repository?: string | { url: string };
}

export interface Notices {
  /** Sees which packages' code comes into the chunks. */
  plugin(): Plugin;
  /** Writes LICENSES.txt and our LICENSE into the built extension `directory`. */
  write(directory: string): Promise<void>;
}

export function collectNotices(): Notices {
  const packages = new Set<string>();
  return {
    plugin: () => ({
      name: 'backfetch-notices',
      generateBundle(_, bundle) {
        for (const output of Object.values(bundle)) {
          if (output.type !== 'chunk') continue;
          for (const [id, { renderedLength }] of Object.entries(output.modules)) {
            const directory = renderedLength > 0 && packageOf(id);
            if (directory) packages.add(directory);
          }
        }
      },
    }),
    async write(directory) {
      const notices = await Promise.all([...packages].map(noticeOf));
      await writeFile(join(directory, 'LICENSES.txt'), notices.sort().join(`\n${'-'.repeat(80)}\n\n`));
      await writeFile(
        join(directory, 'LICENSE.txt'),
        await readFile(join(import.meta.dirname, '../LICENSE')),
      );
    },
  };
}

/** The directory of the package that a module belongs to; null for our own modules. */
function packageOf(id: string): string | null {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id.replaceAll('\\', '/'))?.[0] ?? null;
}

async function noticeOf(directory: string): Promise<string> {
  const { name, version, license, repository } = JSON.parse(
    await readFile(join(directory, 'package.json'), 'utf8'),
  ) as PackageJson;
  const source = typeof repository === 'string' ? repository : repository?.url;
  const files = (await readdir(directory))
    .filter((file) => /^(licen[cs]e|notice|copying)/i.test(file))
    .sort();
  const texts = await Promise.all(files.map((file) => readFile(join(directory, file), 'utf8')));
  return (
    [`${name} ${version}, ${license}\n${source ?? ''}`, ...texts].map((text) => text.trim()).join('\n\n') +
    '\n'
  );
}
