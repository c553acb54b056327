import { beforeEach, expect, test, vi } from 'vitest';
import { readAhead } from './read-ahead.ts';

let line: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
let next: () => Promise<string | undefined>;

beforeEach(() => {
  const piece = readAhead(new ReadableStream({ start: (controller) => (line = controller) }));
  next = async () => (await piece())?.text();
});

const come = (text: string) => line.enqueue(new TextEncoder().encode(text));
/** An error empties a stream's queue: what was not read by then is lost. */
const breakOff = async () => {
  await vi.waitFor(() => expect(line.desiredSize).toBe(1));
  line.error(new TypeError('The line broke.'));
};

test('hands a body on to its end', async () => {
  come('first');
  come(' second');
  expect(await next()).toBe('first second');
  const waiting = next();
  come('third');
  line.close();
  expect(await waiting).toBe('third');
  expect(await next()).toBeUndefined();
});

test('what came before the line broke is handed on, and then that it broke', async () => {
  come('came');
  await breakOff();
  expect(await next()).toBe('came');
  await expect(next()).rejects.toThrow('The line broke.');
});

test('so is what came while nobody asked', async () => {
  come('first');
  expect(await next()).toBe('first');
  come('second');
  await breakOff();
  expect(await next()).toBe('second');
});

test('where the line goes quiet what has come is handed on', async () => {
  come('some');
  expect(await next()).toBe('some');
});

test('reads ahead by a piece and no more', async () => {
  const piece = 'x'.repeat(1024 * 1024);
  come(piece);
  come(piece);
  come(piece);
  await vi.waitFor(() => expect(line.desiredSize).toBe(-1));
  expect(await next()).toBe(piece);
  await vi.waitFor(() => expect(line.desiredSize).toBe(0));
});
