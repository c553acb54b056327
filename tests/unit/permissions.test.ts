import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import config from '../../wxt.config.ts';

interface Manifest {
  permissions: string[];
  optional_permissions?: string[];
  host_permissions: string[];
  web_accessible_resources?: unknown;
  externally_connectable?: unknown;
  content_security_policy: { extension_pages: string };
}

function manifestOf(browser: string): Manifest {
  const { manifest } = config;
  if (typeof manifest !== 'function') throw new Error('The manifest is made by a function.');
  return manifest({
    browser,
    manifestVersion: 3,
    mode: 'production',
    command: 'build',
  }) as unknown as Manifest;
}

async function documented(): Promise<Set<string>> {
  const text = await readFile(join(import.meta.dirname, '../../docs/permissions.md'), 'utf8');
  const firstCells = text.split('\n').flatMap((line) => /^\| (`.*?) \|/.exec(line)?.[1] ?? []);
  return new Set(
    firstCells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name as string)),
  );
}

test('every permission is explained', async () => {
  const manifests = ['firefox', 'chrome'].map(manifestOf);
  const asked = manifests.flatMap(({ permissions, optional_permissions = [], host_permissions }) => [
    ...permissions,
    ...optional_permissions,
    ...host_permissions,
  ]);
  expect([...(await documented())]).toEqual(expect.arrayContaining(asked));
});

test.each(['firefox', 'chrome'])(
  'nothing of the extension is open to pages or other extensions: %s',
  (browser) => {
    const manifest = manifestOf(browser);
    expect(manifest.web_accessible_resources).toBeUndefined();
    expect(manifest.externally_connectable).toBeUndefined();
    expect(manifest.content_security_policy.extension_pages).toContain(
      "default-src 'none'; script-src 'self';",
    );
  },
);
