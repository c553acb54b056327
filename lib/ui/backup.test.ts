import { expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../store/settings.ts';
import { readBackup, writeBackup } from './backup.ts';

const sites = [{ origin: 'https://site.example', permission: 'block' as const }];

test('what is written is read', () => {
  expect(readBackup(writeBackup(DEFAULT_SETTINGS, sites))).toEqual({ settings: DEFAULT_SETTINGS, sites });
});

test.each([
  ['no JSON', '{'],
  ['another file', '{"name": "x"}'],
  ['a number out of bounds', writeBackup({ ...DEFAULT_SETTINGS, connections: 0 }, [])],
  ['a negative limit', writeBackup({ ...DEFAULT_SETTINGS, bandwidth: -1 }, [])],
  [
    'a URL that is no origin',
    writeBackup(DEFAULT_SETTINGS, [{ origin: 'https://a.example/x', permission: 'ask' }]),
  ],
  ['another scheme', writeBackup(DEFAULT_SETTINGS, [{ origin: 'file:///', permission: 'ask' }])],
])('%s is refused', (_, text) => {
  expect(readBackup(text)).toBeNull();
});
