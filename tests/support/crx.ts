/**
 * Packs an extension for Chromium: CRX3, as in
 * https://source.chromium.org/chromium/chromium/src/+/main:components/crx_file/crx3.proto
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { zipDirectory } from './zip.ts';

export interface Crx {
  /** The extension's id, which follows from the key. */
  id: string;
  content: Buffer;
}

/** @param pem private RSA key */
export function packCrx(directory: string, pem: string): Crx {
  const key: KeyObject = createPrivateKey(pem);
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const idBytes = createHash('sha256').update(publicKey).digest().subarray(0, 16);
  const archive = zipDirectory(directory);
  const signedData = field(1, idBytes);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(signedData.length);
  const signature = sign(
    'sha256',
    Buffer.concat([Buffer.from('CRX3 SignedData\0'), size, signedData, archive]),
    key,
  );
  const proof = Buffer.concat([field(1, publicKey), field(2, signature)]);
  const header = Buffer.concat([field(2, proof), field(10_000, signedData)]);
  const start = Buffer.alloc(12);
  start.write('Cr24');
  start.writeUInt32LE(3, 4);
  start.writeUInt32LE(header.length, 8);
  // The id's alphabet is a to p: a hexadecimal digit each.
  const id = idBytes
    .toString('hex')
    .replace(/./g, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 16)));
  return { id, content: Buffer.concat([start, header, archive]) };
}

/** A length-delimited field of a protocol buffer. */
function field(number: number, value: Buffer): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(value.length), value]);
}

function varint(value: number): Buffer {
  const encoded: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) encoded.push((rest % 128) + 128);
  return Buffer.from([...encoded, rest]);
}
