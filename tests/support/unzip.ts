import { inflateRawSync } from 'node:zlib';

const CENTRAL_HEADER = 0x02014b50;
const END = 0x06054b50;
/** Of the end record without a comment, which none of ours has. */
const END_LENGTH = 22;

/** The files in a ZIP archive, stored or deflated: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */
export function unzip(archive: Buffer): Map<string, Buffer> {
  const end = archive.length - END_LENGTH;
  if (archive.readUInt32LE(end) !== END) throw new Error('This is no ZIP archive, or it has a comment.');
  const files = new Map<string, Buffer>();
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    if (archive.readUInt32LE(at) !== CENTRAL_HEADER) throw new Error('The archive is broken.');
    const nameLength = archive.readUInt16LE(at + 28);
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength);
    const local = archive.readUInt32LE(at + 42);
    const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const content = archive.subarray(start, start + archive.readUInt32LE(at + 20));
    files.set(name, archive.readUInt16LE(at + 10) === 0 ? content : inflateRawSync(content));
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return files;
}
