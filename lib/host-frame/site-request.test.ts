import { expect, test, vi } from 'vitest';
import { requestHead, responseHead } from '../store/testing/rows.ts';
import type { HostFrames } from './host-frames.ts';
import { siteRequest } from './site-request.ts';

const FETCHER = { origin: 'https://site.example', connectSources: [] };

/** Frames whose agent is there when `open` is resolved; what it is asked, and whether somebody has it. */
function createFrames(positions: number[] = []) {
  const opened = Promise.withResolvers<void>();
  const asked: string[] = [];
  let users = 0;
  const agent = {
    nextStream: () => 1,
    client: {
      call: async (name: string) => {
        asked.push(name);
        if (name === 'uploaded') return positions.shift() ?? null;
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
  expect(asked).toEqual(['fetch', 'uploaded', 'cancel']);
  expect(users()).toBe(0);
});

test('of a request body each byte is counted once, whatever the agent tells of its way', async () => {
  // Forward, beyond the end, and then back.
  const { frames, open, asked } = createFrames([2, 9, 3, 4]);
  open();
  const counted: number[] = [];
  const outgoing = {
    ...upload(new AbortController().signal),
    uploaded: (bytes: number) => counted.push(bytes),
  };
  await siteRequest(frames, FETCHER, outgoing);
  await vi.waitFor(() => expect(asked).toEqual(['fetch', 'uploaded', 'uploaded', 'uploaded']));
  expect(counted.reduce((sum, bytes) => sum + bytes)).toBe(outgoing.body.size);
  expect(Math.min(...counted)).toBeGreaterThanOrEqual(0);
});
