import { expect, test } from 'vitest';
import type { Tabs } from 'webextension-polyfill';
import { type Sender, siteOf } from './sender.ts';

const TAB = { url: 'https://site.example/page', incognito: false } as Tabs.Tab;
const TOP: Sender = {
  url: 'https://site.example/page',
  origin: 'https://site.example',
  frameId: 0,
  tab: TAB,
};
const SITE = { origin: 'https://site.example', otherIdentity: false, thirdParty: false, unseen: false };

test('a page in a tab', () => {
  expect(siteOf(TOP)).toEqual(SITE);
  expect(siteOf({ ...TOP, tab: { ...TAB, cookieStoreId: 'firefox-default' } })).toEqual(SITE);
  expect(siteOf({ ...TOP, tab: { ...TAB, cookieStoreId: '0' } })).toEqual(SITE);
});

test('what the browser says counts, not the URL', () => {
  expect(siteOf({ ...TOP, origin: 'null' })).toBeNull();
  expect(siteOf({ ...TOP, origin: 'https://other.example' })?.origin).toBe('https://other.example');
});

test.each([
  ['without a tab', { tab: undefined }],
  ['of an extension', { origin: 'moz-extension://0b5c9d1e' }],
  ['of a file', { origin: undefined, url: 'file:///etc/passwd' }],
  ['of about:blank, where the browser tells no origin', { origin: undefined, url: 'about:blank' }],
  ['of an origin without service workers', { origin: 'http://site.example' }],
])('no site: a document %s', (_, change) => {
  expect(siteOf({ ...TOP, ...change } as Sender)).toBeNull();
});

test('no sender at all', () => {
  expect(siteOf(undefined)).toBeNull();
});

test.each([
  ['a private window', { incognito: true }],
  ['a private window, as Firefox names it', { cookieStoreId: 'firefox-private' }],
  ['a container', { cookieStoreId: 'firefox-container-1' }],
  ['the private store of Chromium', { cookieStoreId: '1' }],
])('%s is another identity', (_, change) => {
  expect(siteOf({ ...TOP, tab: { ...TAB, ...change } })?.otherIdentity).toBe(true);
});

test('frames', () => {
  expect(siteOf({ ...TOP, frameId: 7 })).toEqual({ ...SITE, unseen: true });
  const under = { ...TOP, frameId: 7, tab: { ...TAB, url: 'https://other.example/' } };
  expect(siteOf(under)).toMatchObject({ thirdParty: true, unseen: true });
});
