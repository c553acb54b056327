/** What the packages say of themselves to the browsers, the stores and the people who install them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileIn, packageJson, zipOf } from '../support/packages.ts';

interface Manifest {
  name: string;
  description: string;
  version: string;
  icons: Record<string, string>;
  permissions: string[];
  host_permissions: string[];
  optional_permissions?: string[];
  content_security_policy: { extension_pages: string };
  minimum_chrome_version?: string;
  browser_specific_settings?: {
    gecko: { id: string; strict_min_version: string; data_collection_permissions: { required: string[] } };
    gecko_android: { strict_min_version: string };
  };
}

const LOCALES = ['en', 'ru', 'zh_CN'];
/** In characters: https://developer.chrome.com/docs/webstore/prepare (Firefox's limits are wider). */
const LONGEST_NAME = 75;
const LONGEST_DESCRIPTION = 132;

const justified = [
  ...readFileSync(join(import.meta.dirname, '../../docs/store/permissions.md'), 'utf8').matchAll(
    /^## `(.+)`/gm,
  ),
].map(([, permission]) => permission);

describe.each(['firefox', 'chrome'] as const)('the package for %s', (kind) => {
  const files = zipOf(kind);
  const manifest = JSON.parse(fileIn(files, 'manifest.json').toString()) as Manifest;

  test('has the version of package.json', () => {
    expect(manifest.version).toBe(packageJson.version);
  });

  test('has an icon of every size it names', () => {
    expect(Object.keys(manifest.icons)).toEqual(['16', '32', '48', '96', '128']);
    for (const [size, file] of Object.entries(manifest.icons)) {
      const png = fileIn(files, file);
      expect([png.readUInt32BE(16), png.readUInt32BE(20)], file).toEqual([Number(size), Number(size)]);
    }
  });

  test.each(LOCALES)('has a name and a description in %s that the stores take', (locale) => {
    const messages = JSON.parse(fileIn(files, `_locales/${locale}/messages.json`).toString()) as Record<
      string,
      { message: string }
    >;
    const said = (text: string) => messages[/^__MSG_(.+)__$/.exec(text)?.[1] ?? '']?.message ?? '';
    expect(said(manifest.name)).toBe('Backfetch');
    expect(said(manifest.name).length).toBeLessThanOrEqual(LONGEST_NAME);
    expect(said(manifest.description)).not.toBe('');
    expect(said(manifest.description).length).toBeLessThanOrEqual(LONGEST_DESCRIPTION);
  });

  test('asks for no permission that docs/store/permissions.md does not justify', () => {
    const asked = [
      ...manifest.permissions,
      ...(manifest.optional_permissions ?? []),
      ...manifest.host_permissions,
    ];
    expect(asked.filter((permission) => !justified.includes(permission))).toEqual([]);
  });

  test('runs no code but its own', () => {
    const policy = manifest.content_security_policy.extension_pages;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/unsafe|wasm/);
  });

  test('carries its own licence and those of what is bundled', () => {
    expect(fileIn(files, 'LICENSE.txt').toString()).toContain('The Backfetch authors');
    const licenses = fileIn(files, 'LICENSES.txt').toString();
    for (const text of [
      'dexie 4',
      'preact 1',
      'valibot 1',
      'webextension-polyfill 0',
      'Mozilla Public License',
    ])
      expect(licenses).toContain(text);
    // Development tools are not in the package.
    expect(licenses).not.toContain('vitest');
  });
});

test('every justified permission is one that a package asks for', () => {
  const asked = (['firefox', 'chrome'] as const).flatMap((kind) => {
    const manifest = JSON.parse(fileIn(zipOf(kind), 'manifest.json').toString()) as Manifest;
    return [...manifest.permissions, ...(manifest.optional_permissions ?? []), ...manifest.host_permissions];
  });
  expect(justified.filter((permission) => !asked.includes(permission ?? ''))).toEqual([]);
});

test('Firefox: an id, the versions that have what it needs, and that no data is collected', () => {
  const manifest = JSON.parse(fileIn(zipOf('firefox'), 'manifest.json').toString()) as Manifest;
  expect(manifest.browser_specific_settings).toEqual({
    gecko: {
      id: 'backfetch@backfetch.dev',
      strict_min_version: '142.0',
      data_collection_permissions: { required: ['none'] },
    },
    gecko_android: { strict_min_version: '142.0' },
  });
});

test('Chrome: the version that clones messages structurally', () => {
  const manifest = JSON.parse(fileIn(zipOf('chrome'), 'manifest.json').toString()) as Manifest;
  expect(manifest.minimum_chrome_version).toBe('148');
  expect(manifest.browser_specific_settings).toBeUndefined();
});
