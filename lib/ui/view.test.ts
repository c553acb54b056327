import { afterEach, describe, expect, it, vi } from 'vitest';
import type { BackgroundFetchRow } from '../store/schema.ts';
import { useLocale } from './messages.fake.ts';

vi.mock('webextension-polyfill', async () => (await import('./messages.fake.ts')).fakePolyfill());

const { announcements, groupBySite, matches, overallFraction, sortFinished, titleOf, viewDownload } =
  await import('./view.ts');

const NOW = 1_800_000_000_000;
const MB = 1e6;

const ROW: BackgroundFetchRow = {
  key: 'k',
  origin: 'https://site.example',
  scope: 'https://site.example/',
  id: 'episode',
  title: 'Episode 1',
  icons: [],
  downloadTotal: 0,
  downloaded: 0,
  uploadTotal: 0,
  uploaded: 0,
  storedBytes: 0,
  recordCount: 1,
  settledCount: 0,
  firstFailure: '',
  state: 'active',
  listed: 1,
  connectSources: [],
  referrer: '',
  referrerPolicy: '',
  pausable: true,
  result: '',
  failureReason: '',
  recordsAvailable: true,
  startedAt: NOW - 1000,
  settledAt: 0,
  doneAt: 0,
  retryAt: 0,
  failedTries: 0,
  triesAllowed: 0,
  deliveredBy: '',
  deliveryAttempts: 0,
  unreachableAttempts: 0,
};

const SUCCESS = { state: 'settled', result: 'success', downloaded: 10 * MB } as const;
const DONE = { ...SUCCESS, state: 'done', deliveredBy: 'event', doneAt: NOW } as const;

function view(
  change: Partial<BackgroundFetchRow>,
  circumstances: { online?: boolean; speed?: number; waitsForUnmetered?: boolean } = {},
) {
  const seen = viewDownload(
    { ...ROW, ...change },
    { now: NOW, online: true, waitsForUnmetered: false, speed: 0, ...circumstances },
  );
  const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');
  return { ...seen, facts: seen.facts.map(plain), remark: plain(seen.remark) };
}

afterEach(() => useLocale('en'));

describe('what a download is doing', () => {
  it.each<[string, Partial<BackgroundFetchRow>, string]>([
    ['asking', { state: 'pending' }, 'The site asks to download this in the background'],
    ['downloading', {}, 'Downloading'],
    ['downloading', { retryAt: NOW - 1 }, 'Downloading'],
    ['tryingAgain', { retryAt: NOW + 8000 }, 'Interrupted. Trying again in 8 sec'],
    ['paused', { state: 'paused', retryAt: NOW + 8000 }, 'Paused'],
    ['handingOver', SUCCESS, 'Handing over to the site'],
    ['handingOver', { ...SUCCESS, state: 'delivering', deliveryAttempts: 2 }, 'Handing over to the site'],
    ['waitingForSite', { ...SUCCESS, deliveryAttempts: 1 }, 'Waiting until you open the site, to hand over'],
    ['done', DONE, 'Downloaded'],
    ['done', { ...DONE, deliveredBy: '' }, 'Discarded: the site’s worker is no longer installed'],
  ])('%s', (phase, change, status) => {
    const seen = view(change);
    expect(seen.phase).toBe(phase);
    expect(seen.status.replace(/\u00a0/g, ' ')).toBe(status);
    expect(seen.failed).toBe(false);
  });

  it('waits for the line only while it would download', () => {
    expect(view({}, { online: false }).status).toBe('Waiting for a network connection');
    expect(view({ state: 'paused' }, { online: false }).phase).toBe('paused');
    expect(view(SUCCESS, { online: false }).phase).toBe('handingOver');
  });

  it('waits for an unmetered line with what may be broken off', () => {
    expect(view({}, { waitsForUnmetered: true }).status).toBe('Waiting for an unmetered connection');
    expect(view({ pausable: false }, { waitsForUnmetered: true }).phase).toBe('downloading');
  });

  it('says which try comes next', () => {
    const waiting = { retryAt: NOW + 8000, failedTries: 2, triesAllowed: 8 };
    expect(view(waiting).remark).toBe('try 3 of 8');
  });

  it('says what was deleted before its site had it', () => {
    expect(view({ ...DONE, deliveredBy: 'dropped' }).status).toBe('Deleted before the site received it');
  });

  it('names the cache that holds the files', () => {
    expect(view({ ...DONE, deliveredBy: 'cache', id: 'a\u202eb' }).status).toBe(
      'The site’s worker could not be reached; the files are in the site’s cache \u2068background-fetch:a b\u2069',
    );
  });

  it.each(['en', 'ru', 'zh_CN'])('has words for each failure in %s', (locale) => {
    useLocale(locale);
    const reasons = [
      'aborted',
      'bad-status',
      'fetch-error',
      'quota-exceeded',
      'download-total-exceeded',
    ] as const;
    const words = reasons.map((failureReason) => {
      const settled = view({ state: 'settled', result: 'failure', failureReason });
      const done = view({ state: 'done', result: 'failure', failureReason, deliveredBy: 'event' });
      expect(settled.status).toBe(done.status);
      expect(settled.progress).toBeNull();
      expect(settled.failed).toBe(failureReason !== 'aborted');
      return settled.status;
    });
    expect(new Set(words).size).toBe(reasons.length);
    expect(words).not.toContain('');
  });
});

describe('progress', () => {
  it('goes by bytes where the total is known', () => {
    expect(view({ downloadTotal: 10 * MB, downloaded: 3 * MB })).toMatchObject({
      progress: { fraction: 0.3, moving: true },
      facts: ['3 MB of 10 MB', '30%'],
    });
  });

  it('counts what is sent too', () => {
    const sending = { uploadTotal: 10 * MB, uploaded: 5 * MB, downloadTotal: 10 * MB };
    expect(view(sending)).toMatchObject({
      progress: { fraction: 0.25 },
      facts: ['5 MB of 10 MB sent', '0 bytes of 10 MB', '25%'],
    });
    expect(view({ ...sending, uploaded: 10 * MB }).facts).toEqual(['0 bytes of 10 MB', '50%']);
  });

  it('goes by files where no total is known', () => {
    expect(view({ recordCount: 4, settledCount: 1, downloaded: 3 * MB })).toMatchObject({
      progress: { fraction: 0.25 },
      facts: ['1 of 4 files', '3 MB'],
    });
  });

  it('is unknown for one file without a total', () => {
    expect(view({ downloaded: 3 * MB })).toMatchObject({ progress: { fraction: null }, facts: ['3 MB'] });
    expect(view({}).facts).toEqual([]);
  });

  it('never passes the whole', () => {
    expect(view({ downloadTotal: 10, downloaded: 11 }).progress?.fraction).toBe(1);
  });

  it('stands still while nothing comes', () => {
    expect(view({ state: 'paused' }).progress?.moving).toBe(false);
    expect(view({ retryAt: NOW + 1 }).progress?.moving).toBe(false);
    expect(view({}, { online: false }).progress?.moving).toBe(false);
  });

  it('is full while handing over and gone afterwards', () => {
    expect(view(SUCCESS)).toMatchObject({ progress: { fraction: 1, moving: false }, facts: ['10 MB'] });
    expect(view(DONE)).toMatchObject({ progress: null, facts: ['10 MB'] });
    expect(view({ state: 'pending', downloadTotal: MB })).toMatchObject({ progress: null, facts: ['1 MB'] });
  });
});

describe('speed and time left', () => {
  it('are told while it downloads', () => {
    expect(view({ downloadTotal: 70 * MB, downloaded: 10 * MB }, { speed: MB })).toMatchObject({
      facts: ['10 MB of 70 MB', '14%', '1 MB/s'],
      remark: 'about 1 min left',
    });
  });

  it('need a total for the time', () => {
    expect(view({ downloaded: MB }, { speed: MB })).toMatchObject({ facts: ['1 MB', '1 MB/s'], remark: '' });
  });

  it('are not told of what stands still', () => {
    const still = { facts: ['1 MB of 2 MB', '50%'], remark: '' };
    const half = { downloadTotal: 2 * MB, downloaded: MB };
    expect(view({ ...half, state: 'paused' }, { speed: MB })).toMatchObject(still);
    expect(view({ ...half, retryAt: NOW + 1 }, { speed: MB })).toMatchObject(still);
  });

  it('are not told of what failed, nor how much of it came', () => {
    const failed = { downloadTotal: 2 * MB, downloaded: MB, failureReason: 'fetch-error' } as const;
    expect(view({ ...failed, state: 'settled' }, { speed: MB })).toMatchObject({ facts: [], remark: '' });
  });
});

it('a title is never empty and never more than text', () => {
  expect(titleOf({ ...ROW, title: ' \u202e\u0000 ' })).toBe('Untitled download');
  expect(titleOf({ ...ROW, title: '<b>x</b>\n' })).toBe('<b>x</b>');
});

it('sites and their downloads stand in order of their start', () => {
  const rows = [
    { ...ROW, key: 'c', origin: 'https://b.example', startedAt: 3 },
    { ...ROW, key: 'b', origin: 'https://a.example', startedAt: 2 },
    { ...ROW, key: 'a', origin: 'https://b.example', startedAt: 1 },
  ];
  const groups = groupBySite(rows).map((group) => [group.origin, group.rows.map((row) => row.key).join()]);
  expect(groups).toEqual([
    ['https://b.example', 'a,c'],
    ['https://a.example', 'b'],
  ]);
});

it('the latest to finish stands first', () => {
  const rows = [1, 3, 2].map((doneAt) => ({ ...ROW, key: `${doneAt}`, doneAt }));
  expect(sortFinished(rows).map((row) => row.key)).toEqual(['3', '2', '1']);
});

describe('announcements', () => {
  it('tell of states that changed', () => {
    const before = new Map([['k', 'downloading' as const]]);
    expect(announcements(before, [view({ state: 'paused' })])).toEqual(['\u2068Episode 1\u2069: Paused']);
  });

  it('say the same once', () => {
    const before = new Map([
      ['k', 'downloading' as const],
      ['l', 'downloading' as const],
    ]);
    const paused = view({ state: 'paused' });
    expect(announcements(before, [paused, { ...paused, key: 'l' }])).toHaveLength(1);
  });

  it('tell nothing of numbers, nor of what was not there before', () => {
    expect(announcements(new Map([['k', 'downloading' as const]]), [view({ downloaded: 5 })])).toEqual([]);
    expect(announcements(new Map(), [view({})])).toEqual([]);
  });
});

it('a search finds titles and sites, whatever the case', () => {
  expect(matches(ROW, ' EPISODE ')).toBe(true);
  expect(matches(ROW, 'site.example')).toBe(true);
  expect(matches(ROW, 'film')).toBe(false);
});

it('the whole is the mean of what tells how far it is', () => {
  expect(overallFraction([])).toBeNull();
  expect(overallFraction([ROW])).toBeNull();
  const half = { ...ROW, downloadTotal: 10, downloaded: 5 };
  expect(overallFraction([half, { ...half, downloaded: 10 }, ROW])).toBe(0.75);
});
