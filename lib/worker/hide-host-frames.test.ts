import { expect, test } from 'vitest';
import { createFakeScope } from './fake-scope.ts';
import { hideHostFrames } from './hide-host-frames.ts';

test('a worker sees its pages, and no host frames', async () => {
  const scope = createFakeScope();
  hideHostFrames(scope);
  const page = { url: 'https://site.example/app/?a' };
  const hostFrame = { url: 'https://site.example/robots.txt?__backfetch_host=1' };
  scope.clients.all = [page, hostFrame];
  expect(await scope.clients.matchAll()).toEqual([page]);
  expect(await scope.clients.get(page.url)).toBe(page);
  expect(await scope.clients.get(hostFrame.url)).toBeUndefined();
});
