import { createHash } from 'node:crypto';
import { afterAll, afterEach, expect, test } from 'vitest';
import { bytes, sha256 } from '../support/bytes.ts';
import { startServer } from '../support/server.ts';

const server = await startServer();
afterAll(() => server.close());
afterEach(() => server.reset());

const hash = (body: ArrayBuffer) => createHash('sha256').update(Buffer.from(body)).digest('hex');

async function get(path: string, headers: Record<string, string> = {}) {
  // Node resolves no *.localhost.
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { headers });
  return { response, body: () => response.arrayBuffer() };
}

test('any part of a body equals that part of the whole', () => {
  const whole = bytes('part', 0, 3_000_000);
  for (const [start, end] of [
    [0, 1],
    [4095, 4097],
    [1_048_570, 2_100_001],
    [2_999_999, 3_000_000],
  ] as const) {
    expect(bytes('part', start, end).equals(whole.subarray(start, end))).toBe(true);
  }
  expect(bytes('part', 0, 9000, 1).equals(whole.subarray(0, 9000))).toBe(false);
});

test('sends the body whose hash can be computed', async () => {
  const { response, body } = await get('/bytes/whole?size=1500000');
  expect(response.status).toBe(200);
  expect(hash(await body())).toBe(sha256('whole', 1_500_000));
});

test.each([
  ['bytes=10-19', 'bytes 10-19/1000', 10],
  ['bytes=990-', 'bytes 990-999/1000', 10],
  ['bytes=-5', 'bytes 995-999/1000', 5],
  ['bytes=990-5000', 'bytes 990-999/1000', 10],
])('answers Range: %s', async (range, contentRange, length) => {
  const { response, body } = await get('/bytes/range?size=1000', { range });
  expect([response.status, response.headers.get('content-range')]).toEqual([206, contentRange]);
  expect((await body()).byteLength).toBe(length);
});

test('refuses a range behind the end, and ignores one of another version', async () => {
  expect((await get('/bytes/range?size=1000', { range: 'bytes=1000-' })).response.status).toBe(416);
  const other = await get('/bytes/range?size=1000', { range: 'bytes=5-', 'if-range': '"other"' });
  expect(other.response.status).toBe(200);
  const weak = await get('/bytes/range?size=1000&etag=weak', {
    range: 'bytes=5-',
    'if-range': 'W/"range-1000-0"',
  });
  expect(weak.response.status).toBe(200);
});

test('drops where and as often as it is asked to', async () => {
  const path = '/bytes/drop?size=100000&drop=40000&drops=1';
  await expect((await get(path)).body()).rejects.toThrow();
  expect(server.log.for('/bytes/drop')[0]).toMatchObject({ sent: 40_000, outcome: 'cut' });
  expect((await (await get(path)).body()).byteLength).toBe(100_000);
});

test('fails with a status the first times only', async () => {
  const path = '/bytes/status?status=503&times=2&retry-after=7';
  const first = (await get(path)).response;
  expect([first.status, first.headers.get('retry-after')]).toEqual([503, '7']);
  expect((await get(path)).response.status).toBe(503);
  expect((await get(path)).response.status).toBe(200);
});

test('changes version with every request', async () => {
  const path = '/bytes/changing?size=5000&etag=changing';
  const [one, two] = [await get(path), await get(path)];
  expect(one.response.headers.get('etag')).not.toBe(two.response.headers.get('etag'));
  expect(hash(await one.body())).toBe(sha256('changing', 5000, 0));
  expect(hash(await two.body())).toBe(sha256('changing', 5000, 1));
});

test('holds a body at a gate', async () => {
  const gate = server.gate('/bytes/gate', 0.25);
  const { body } = await get('/bytes/gate?size=200000');
  await gate.reached;
  expect(server.log.for('/bytes/gate')[0]).toMatchObject({ sent: 50_000, outcome: 'open' });
  gate.open();
  expect((await body()).byteLength).toBe(200_000);
});

test('lets a test answer instead', async () => {
  const remove = server.intercept(({ url, response }) => {
    if (!url.searchParams.has('mine')) return false;
    response.writeHead(418).end();
    return true;
  });
  expect((await get('/bytes/x?mine')).response.status).toBe(418);
  expect((await get('/bytes/x')).response.status).toBe(200);
  remove();
  expect((await get('/bytes/x?mine')).response.status).toBe(200);
});
