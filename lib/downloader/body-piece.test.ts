import { expect, test } from 'vitest';
import type { BodyFile } from '../store/body-files.ts';
import { OWN_ROW_BYTES } from '../store/schema.ts';
import { BodyPiece, NotStored } from './body-piece.ts';
import { giveRoom, takeRoom } from './rooms.ts';

/** A file that writes when it is told to. */
function slowFile() {
  const written: number[] = [];
  const waiting: PromiseWithResolvers<void>[] = [];
  let closed = false;
  const file: BodyFile = {
    name: 'file',
    async append(bytes) {
      const room = Promise.withResolvers<void>();
      waiting.push(room);
      await room.promise;
      written.push(bytes instanceof Blob ? bytes.size : bytes.byteLength);
      return bytes instanceof Blob ? null : bytes.buffer;
    },
    async close() {
      closed = true;
    },
  };
  return {
    open: () => file,
    written,
    isClosed: () => closed,
    /** Lets the oldest write that waits go on. */
    write: () => waiting.shift()?.resolve(),
    fail: (error: Error) => waiting.shift()?.reject(error),
  };
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
const noFile = (): BodyFile => {
  throw new Error('A few bytes need no file.');
};

test('a few bytes stay in memory, without the room that they were read into', async () => {
  const piece = new BodyPiece(noFile);
  const room = takeRoom();
  new Uint8Array(room).set([1, 2, 3]);
  await piece.add(new Uint8Array(room, 0, 3));
  // It is free: what is read next overwrites it.
  expect(takeRoom()).toBe(room);
  new Uint8Array(room).fill(9);
  giveRoom(room);
  expect(piece.end()).toEqual({ size: 3, parts: [new Uint8Array([1, 2, 3])] });
});

test('more bytes go to a file as they come, the first ones ahead, and not too many wait for it', async () => {
  const file = slowFile();
  const piece = new BodyPiece(file.open);
  await piece.add(new Uint8Array(10));
  await piece.add(new Uint8Array(OWN_ROW_BYTES));
  await piece.add(new Uint8Array(20));
  await piece.add(new Uint8Array(30));
  let added = false;
  const fifth = piece.add(new Uint8Array(40)).then(() => {
    added = true;
  });
  await settle();
  expect([file.written, added]).toEqual([[], false]);
  file.write();
  await fifth;
  expect(file.written).toEqual([10]);
  const bytes = piece.end();
  if (!('file' in bytes)) throw new Error('It stayed in memory.');
  expect(bytes).toMatchObject({ size: OWN_ROW_BYTES + 100, file: 'file' });
  for (let write = 0; write < 3; write += 1) {
    file.write();
    await settle();
  }
  expect(file.isClosed()).toBe(false);
  file.write();
  await bytes.written;
  expect(file.written).toEqual([10, OWN_ROW_BYTES, 20, 30, 40]);
  expect(file.isClosed()).toBe(true);
});

test('what the disk did not take is told to who adds more and to who stores, and the file is closed', async () => {
  const file = slowFile();
  const piece = new BodyPiece(file.open);
  const full = new DOMException('', 'QuotaExceededError');
  await piece.add(new Uint8Array(OWN_ROW_BYTES));
  await settle();
  file.fail(full);
  let error: unknown;
  for (let chunk = 0; chunk < 10 && !error; chunk += 1)
    error = await piece.add(new Uint8Array(1)).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(NotStored);
  expect(error).toHaveProperty('cause', full);
  const bytes = piece.end();
  if (!('file' in bytes)) throw new Error('It stayed in memory.');
  await expect(bytes.written).rejects.toBe(full);
  expect(file.isClosed()).toBe(true);
});
