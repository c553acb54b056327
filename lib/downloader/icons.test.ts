import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, test } from 'vitest';
import { updateUI } from '../store/background-fetches.ts';
import { db } from '../store/database.ts';
import { forgetIcons } from '../store/icons.ts';
import { fetchRow, ORIGIN, responseHead } from '../store/testing/rows.ts';
import { Icons, MAX_ICON_BYTES } from './icons.ts';
import type { Outgoing, Received } from './received.ts';

const SRC = `${ORIGIN}/icon.png`;
const ICON = [{ src: SRC }];

interface Answer {
  type?: string;
  status?: number;
  size?: number;
  redirected?: boolean;
  url?: string;
}

/** A server that answers so; `seen` lists who requested what. */
function serverOf({
  type = 'image/png',
  status = 200,
  size = 3,
  redirected = false,
  url = SRC,
}: Answer = {}) {
  const seen: [by: string, url: string][] = [];
  let cancelled = 0;
  const received = (): Received => {
    let piece: Blob | null = new Blob([new Uint8Array(size)]);
    return {
      head: responseHead({ url, status, headers: [['Content-Type', type]], redirected }),
      async read() {
        const next = piece;
        piece = null;
        return next;
      },
      cancel: () => {
        cancelled += 1;
      },
    };
  };
  const icons = new Icons({
    async sameOriginRequest({ request }: Outgoing) {
      seen.push(['extension', request.url]);
      return redirected ? 'redirected' : received();
    },
    async siteRequest(_, { request }) {
      seen.push(['site', request.url]);
      return received();
    },
  });
  return { icons, seen, cancelled: () => cancelled };
}

const stored = () => db.icons.get('key');

beforeEach(async () => {
  await db.delete({ disableAutoOpen: false });
  await db.backgroundFetches.add(fetchRow({ key: 'key', state: 'active', icons: ICON }));
});

test('an icon is fetched once, and kept with its type', async () => {
  const { icons, seen } = serverOf({ type: 'image/png; charset=binary' });
  await icons.look('key');
  await icons.look('key');
  expect(seen).toEqual([['extension', SRC]]);
  const icon = await stored();
  expect(icon).toMatchObject({ url: SRC });
  expect(icon?.image).toMatchObject({ size: 3, type: 'image/png' });
});

test('another one is fetched when the site names another', async () => {
  const { icons, seen } = serverOf();
  await icons.look('key');
  await updateUI('key', { icons: [{ src: `${ORIGIN}/done.png` }] });
  await icons.look('key');
  expect(seen.map(([, url]) => url)).toEqual([SRC, `${ORIGIN}/done.png`]);
  expect(await stored()).toMatchObject({ url: `${ORIGIN}/done.png` });
});

test('a redirect is followed as the site', async () => {
  const { icons, seen } = serverOf({ redirected: true });
  await icons.look('key');
  expect(seen.map(([by]) => by)).toEqual(['extension', 'site']);
  expect((await stored())?.image?.size).toBe(3);
});

describe('nothing is requested', () => {
  test('before the person has allowed the download', async () => {
    await db.backgroundFetches.update('key', { state: 'pending' });
    const { icons, seen } = serverOf();
    await icons.look('key');
    expect(seen).toEqual([]);
  });

  test('where the page’s policy lets it connect to nothing', async () => {
    await db.backgroundFetches.update('key', { connectSources: [["'none'"]] });
    const { icons, seen } = serverOf();
    await icons.look('key');
    expect(seen).toEqual([]);
  });

  test.each([
    ['another origin', 'https://other.example/icon.png'],
    ['a data: URL', 'data:image/png;base64,AA'],
  ])('for %s', async (_, src) => {
    await updateUI('key', { icons: [{ src }] });
    const { icons, seen } = serverOf();
    await icons.look('key');
    expect(seen).toEqual([]);
  });
});

test.each([
  ['no image', { type: 'text/html' }],
  ['an error page', { status: 404 }],
  ['too large', { size: MAX_ICON_BYTES + 1 }],
  ['from the local network', { redirected: true, url: 'http://192.168.0.1/icon.png' }],
])('what is %s is not kept, and not asked for again', async (_, answer) => {
  const { icons, seen, cancelled } = serverOf(answer);
  await icons.look('key');
  const requests = seen.length;
  await icons.look('key');
  expect(seen).toHaveLength(requests);
  expect(cancelled()).toBe(1);
  expect(await stored()).toEqual({ fetchKey: 'key', url: SRC, image: null });
});

test('icons go with their downloads', async () => {
  await serverOf().icons.look('key');
  await forgetIcons();
  expect(await stored()).toBeDefined();
  await db.backgroundFetches.delete('key');
  await forgetIcons();
  expect(await stored()).toBeUndefined();
});
