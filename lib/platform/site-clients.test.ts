import { beforeEach, expect, test, vi } from 'vitest';

const sendMessage = vi.fn(async () => {});
const update = vi.fn(async () => {});
let tabs: { id: number; url: string; incognito: boolean }[] = [];

vi.mock('webextension-polyfill', () => ({
  default: { tabs: { query: async () => tabs, sendMessage, update }, windows: { update } },
}));
const { siteClients } = await import('./site-clients.ts');

const ORIGIN = 'https://site.example';

beforeEach(() => {
  vi.clearAllMocks();
  tabs = [
    { id: 1, url: `${ORIGIN}/page`, incognito: false },
    { id: 2, url: `${ORIGIN}/page`, incognito: true },
    { id: 3, url: `${ORIGIN}:8443/page`, incognito: false },
  ];
});

test('a site’s worker posts to a page of the site', async () => {
  await siteClients.post(ORIGIN, '1.7', 'hello');
  expect(sendMessage.mock.calls).toEqual([
    [1, { to: 'client', origin: ORIGIN, message: 'hello' }, { frameId: 7 }],
  ]);
});

test.each([
  ['of a private window', '2.0'],
  ['of another port', '3.0'],
  ['that it has made up', '4.0'],
  ['that is none', 'x'],
])('it neither posts to a tab %s nor focuses it', async (_, id) => {
  await siteClients.post(ORIGIN, id, 'hello');
  await siteClients.focus(ORIGIN, id);
  expect(sendMessage).not.toHaveBeenCalled();
  expect(update).not.toHaveBeenCalled();
});
