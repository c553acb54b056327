/** Bodies in the database: rows of Blobs (or of names of files) that records' pieces point into. */
import type { RecordResponse } from '../protocol/wire.ts';
import { deleteBodyFiles, readBodyFile, sweepBodyFiles } from './body-files.ts';
import { db } from './database.ts';
import { type BodyRow, OWN_ROW_BYTES, type Piece, type RecordRow } from './schema.ts';

/** Bytes in memory, or handles on them. */
export type BodyParts = (Blob | Uint8Array<ArrayBuffer>)[];

/** Bytes to be stored, and their number: in memory, or in a file of this name, `written` telling when they are on the disk. */
export type NewBytes = { size: number } & ({ parts: BodyParts } | { file: string; written: Promise<void> });

/** Small bodies of one commit share a row: one Blob row each would cost several times their writing. */
export async function addBodies(fetchKey: string, added: NewBytes[]): Promise<Map<NewBytes, Piece>> {
  const places = new Map<NewBytes, Piece>();
  const shared: BodyParts = [];
  const sharers: { bytes: NewBytes; start: number; end: number }[] = [];
  let sharedSize = 0;
  for (const bytes of added) {
    const { size } = bytes;
    if (size === 0) continue;
    if ('file' in bytes || size >= OWN_ROW_BYTES) {
      const content = 'file' in bytes ? bytes.file : new Blob(bytes.parts);
      const body = await db.bodies.add({ fetchKey, content });
      places.set(bytes, { body, start: 0, end: size });
    } else {
      sharers.push({ bytes, start: sharedSize, end: sharedSize + size });
      shared.push(...bytes.parts);
      sharedSize += size;
    }
  }
  if (sharers.length > 0) {
    const body = await db.bodies.add({ fetchKey, content: new Blob(shared) });
    for (const { bytes, start, end } of sharers) places.set(bytes, { body, start, end });
  }
  return places;
}

/**
 * Gives back the space of pieces that no record has any more, within a transaction. Rows that hold other bytes too stay
 * until the end. Returns the files that are to be deleted when the transaction is over.
 */
export async function freePieces(pieces: Piece[]): Promise<string[]> {
  if (pieces.length === 0) return [];
  /** Bytes of each row that are not needed any more. */
  const free = new Map<number, number>();
  for (const { body, start, end } of pieces) free.set(body, (free.get(body) ?? 0) + end - start);
  const rows = await db.bodies.bulkGet([...free.keys()]);
  const unused = rows.filter((row) => row !== undefined && sizeOf(row) <= (free.get(row.id) ?? 0));
  await db.bodies.bulkDelete(unused.flatMap((row) => row?.id ?? []));
  return filesOf(unused);
}

function filesOf(rows: (BodyRow | undefined)[]): string[] {
  return rows.flatMap((row) => (typeof row?.content === 'string' ? [row.content] : []));
}

/** Deletes the files of a background fetch's pieces ahead of everything else that is known of them. */
export async function deleteFilesOf(fetchKey: string, pieces: Piece[]): Promise<void> {
  await deleteBodyFiles(fetchKey, filesOf(await db.bodies.bulkGet(pieces.map(({ body }) => body))));
}

/** Bytes in a row; a file's belong to one piece. */
function sizeOf({ content }: BodyRow): number {
  return typeof content === 'string' ? 0 : content.size;
}

/** Gives back the space of files whose background fetch is over: what a death just before their deletion left. */
export function sweepBodies(): Promise<void> {
  return sweepBodyFiles(async (key) => {
    const row = await db.backgroundFetches.get(key);
    return row !== undefined && row.state !== 'done';
  });
}

/** A record's response with its stored body from byte `offset` on. */
export async function readResponse(record: RecordRow, offset: number): Promise<RecordResponse> {
  const pieces = piecesFrom(record, offset);
  return compose(record, pieces, await bodiesOf(pieces));
}

/** Many records' whole responses; bodies that share a row are read once. */
export async function readResponses(records: RecordRow[]): Promise<RecordResponse[]> {
  const bodies = await bodiesOf(records.flatMap((record) => record.pieces));
  return records.map((record) => compose(record, record.pieces, bodies));
}

async function bodiesOf(pieces: Piece[]): Promise<Map<number, Blob>> {
  const rows = await db.bodies.bulkGet([...new Set(pieces.map(({ body }) => body))]);
  const blobs = rows.map(async (row) => (row ? [[row.id, await contentOf(row)] as const] : []));
  return new Map((await Promise.all(blobs)).flat());
}

/** The bytes of a row of `bodies`. Rejects with a NotFoundError where its file is gone. */
export async function contentOf({ fetchKey, content }: BodyRow): Promise<Blob> {
  return typeof content === 'string' ? readBodyFile(fetchKey, content) : content;
}

function piecesFrom(record: RecordRow, offset: number): Piece[] {
  let position = 0;
  const wanted: Piece[] = [];
  for (const { body, start, end } of record.pieces) {
    const from = start + Math.max(0, offset - position);
    if (from < end) wanted.push({ body, start: from, end });
    position += end - start;
  }
  return wanted;
}

function compose(record: RecordRow, pieces: Piece[], bodies: ReadonlyMap<number, Blob>): RecordResponse {
  return {
    generation: record.generation,
    head: record.response,
    result: record.result,
    pieces: pieces.map(({ body, start, end }) => {
      const blob = bodies.get(body);
      if (!blob)
        throw new Error(`The stored bytes of record ${record.index} of ${record.fetchKey} are gone.`);
      return start === 0 && end === blob.size ? blob : blob.slice(start, end);
    }),
  };
}
