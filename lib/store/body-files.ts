/**
 * Large pieces of bodies as files of the origin private file system, a directory for each background fetch. The row in
 * `bodies` that names a file is what makes it count. Files that no row names, after a death between the two, are swept up
 * at the next start.
 */
const ROOT = 'bodies';

/** A file that bytes are written to as they come. */
export interface BodyFile {
  /** By this the database knows it. */
  readonly name: string;
  /**
   * Appends the bytes, whose memory is taken away. Resolves with that memory when it is free again (null where there is none).
   * One call at a time. Rejects with a QuotaExceededError where the disk is full.
   */
  append(bytes: Blob | Uint8Array<ArrayBuffer>): Promise<ArrayBuffer | null>;
  /** Resolves when all is on the disk. To be called once, also where `append` has failed. */
  close(): Promise<void>;
}

async function root(): Promise<FileSystemDirectoryHandle> {
  const top = await navigator.storage.getDirectory();
  return top.getDirectoryHandle(ROOT, { create: true });
}

/** The directory of a background fetch's files; made where it isn't there. */
export async function bodyDirectory(fetchKey: string): Promise<FileSystemDirectoryHandle> {
  return (await root()).getDirectoryHandle(fetchKey, { create: true });
}

/** A piece as a handle on the disk's bytes; it stays readable until the file is deleted. */
export async function readBodyFile(fetchKey: string, name: string): Promise<Blob> {
  return (await (await bodyDirectory(fetchKey)).getFileHandle(name)).getFile();
}

/** Gives back the space of some files. */
export async function deleteBodyFiles(fetchKey: string, names: string[]): Promise<void> {
  if (names.length === 0) return;
  const directory = await bodyDirectory(fetchKey);
  await Promise.all(names.map((name) => removed(directory.removeEntry(name))));
}

/**
 * Gives back the space of all files of a background fetch, also of such that no row names. A piece that is being written just
 * now stays with its directory: who writes it deletes it, when it is not taken any more.
 */
export async function deleteBodyDirectory(fetchKey: string): Promise<void> {
  const top = await root();
  if (await removed(top.removeEntry(fetchKey, { recursive: true }))) return;
  const directory = await bodyDirectory(fetchKey);
  for await (const name of directory.keys()) await removed(directory.removeEntry(name));
}

/** Says false where a file is open. What was deleted before, by a fault of the disk or of ours, need not be deleted. */
async function removed(removing: Promise<void>): Promise<boolean> {
  try {
    await removing;
  } catch (error) {
    const name = error instanceof DOMException ? error.name : '';
    if (name !== 'NotFoundError' && name !== 'NoModificationAllowedError') throw error;
    console.debug('Backfetch: a file was gone already, or is open.', error);
    return name === 'NotFoundError';
  }
  return true;
}

/** Gives back the space of all files of background fetches that `isLive` says no to. */
export async function sweepBodyFiles(isLive: (fetchKey: string) => Promise<boolean>): Promise<void> {
  const directory = await root();
  for await (const fetchKey of directory.keys()) {
    if (!(await isLive(fetchKey))) await deleteBodyDirectory(fetchKey);
  }
}
