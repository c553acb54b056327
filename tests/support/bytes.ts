/**
 * Bodies that can be computed instead of stored: `size` bytes that depend on nothing but name, version and place.
 * Every 4 KiB carry a stamp of their own, so that no two versions or places can be mistaken for each other.
 */
import { createHash } from 'node:crypto';

const BLOCK = 1 << 20;
const STAMP_EVERY = 4096;
const NOISE = noise();

function noise(): Buffer {
  const block = Buffer.alloc(BLOCK);
  let hash = createHash('sha256').update('backfetch').digest();
  for (let offset = 0; offset < BLOCK; offset += hash.length) {
    hash = createHash('sha256').update(hash).digest();
    hash.copy(block, offset);
  }
  return block;
}

function seedOf(name: string, version: number): number {
  return createHash('sha256').update(`${version}/${name}`).digest().readUInt32LE();
}

/** Bytes `start`..`end` (exclusive) of the body called `name`. */
export function bytes(name: string, start: number, end: number, version = 0): Buffer {
  const seed = seedOf(name, version);
  // Whole stamps only while filling; the view that is handed out is cut to the range.
  const first = start - (start % STAMP_EVERY);
  const filled = Buffer.allocUnsafe(Math.ceil((end - first) / STAMP_EVERY) * STAMP_EVERY);
  for (let at = 0; at < filled.length; ) {
    at += NOISE.copy(filled, at, (first + at) % BLOCK);
  }
  for (let at = 0; at < filled.length; at += STAMP_EVERY) {
    filled.writeUInt32LE(seed, at);
    filled.writeUInt32LE((first + at) / STAMP_EVERY, at + 4);
  }
  return filled.subarray(start - first, end - first);
}

const hashes = new Map<string, string>();

/** SHA-256, in hexadecimal, of the body called `name` of `size` bytes. */
export function sha256(name: string, size: number, version = 0): string {
  const key = `${version}/${size}/${name}`;
  let hex = hashes.get(key);
  if (hex === undefined) {
    const hash = createHash('sha256');
    for (let at = 0; at < size; at += BLOCK)
      hash.update(bytes(name, at, Math.min(at + BLOCK, size), version));
    hex = hash.digest('hex');
    hashes.set(key, hex);
  }
  return hex;
}
