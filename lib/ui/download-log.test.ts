import { expect, test } from 'vitest';
import { fetchRow, recordRows, requestHead } from '../store/testing/rows.ts';
import { downloadLog } from './download-log.ts';

const about = { version: '1.0', userAgent: 'Browser' };
const records = recordRows('key', [requestHead('/film?token=secret')]);
const log = [{ id: 1, fetchKey: 'key', at: 0, event: 'active' as const, detail: '1 requests' }];

test('tells what happened, without query strings', () => {
  const text = downloadLog(fetchRow(), records, log, { ...about, queries: false });
  expect(text).toContain('GET https://site.example/film?…: no answer, 0 bytes, unsettled');
  expect(text).toContain('1970-01-01T00:00:00.000Z active: 1 requests');
  expect(text).not.toContain('secret');
});

test('with them where the person wants so', () => {
  expect(downloadLog(fetchRow(), records, log, { ...about, queries: true })).toContain('film?token=secret');
});
