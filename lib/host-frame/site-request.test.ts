import { expect, test } from 'vitest';
import { requestHead, responseHead } from '../store/testing/rows.ts';
import type { HostFrames } from './host-frames.ts';
import { siteRequest } from './site-request.ts';

const FETCHER = { origin: 'https://site.example', connectSources: [] };

/** Frames whose agent is there when `open` is resolved; what it is asked, and whether somebody has it. */
function createFrames() {
  const opened = Promise.withResolvers<void>();
  const asked: string[] = [];
  let users = 0;
  const agent = {
    nextStream: () => 1,
    client: {
      call: async (name: string) => {
        asked.push(name);
        return name === 'fetch' ? responseHead() : null;
      },
    },
  };
  const lease = async () => {
    await opened.promise;
    users += 1;
    return {
      agent,
      release: () => {
        users -= 1;
      },
    };
  };
  return { frames: { lease } as unknown as HostFrames, open: opened.resolve, asked, users: () => users };
}

function upload(signal: AbortSignal) {
  const request = requestHead('/upload', { method: 'POST' });
  return { request, body: new Blob(['photo']), signal, uploaded: () => {} };
}

test('a request that is aborted while its frame opens is never made, and gives the frame back', async () => {
  const { frames, open, asked, users } = createFrames();
  const controller = new AbortController();
  const request = siteRequest(frames, FETCHER, upload(controller.signal));
  controller.abort(new DOMException('Stopped.', 'AbortError'));
  open();
  await expect(request).rejects.toMatchObject({ name: 'AbortError' });
  expect(asked).toEqual([]);
  expect(users()).toBe(0);
});

test('one that is aborted later is cancelled, and gives the frame back once', async () => {
  const { frames, open, asked, users } = createFrames();
  const controller = new AbortController();
  open();
  const received = await siteRequest(frames, FETCHER, upload(controller.signal));
  expect(users()).toBe(1);
  controller.abort(new DOMException('Stopped.', 'AbortError'));
  received.cancel();
  expect(asked).toEqual(['fetch', 'cancel']);
  expect(users()).toBe(0);
});
