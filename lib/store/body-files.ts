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
  await Promise.all(names.map((name) => unlessGone(directory.removeEntry(name))));
}

/** Gives back the space of all files of a background fetch, also of such that no row names. */
export async function deleteBodyDirectory(fetchKey: string): Promise<void> {
  await unlessGone((await root()).removeEntry(fetchKey, { recursive: true }));
}

/** What was deleted before, by a fault of the disk or of ours, need not be deleted. */
async function unlessGone(deleting: Promise<void>): Promise<void> {
  try {
    await deleting;
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'NotFoundError')) throw error;
    console.debug('Backfetch: a file was gone already.', error);
  }
}

/** Gives back the space of all files of background fetches that `isLive` says no to. */
export async function sweepBodyFiles(isLive: (fetchKey: string) => Promise<boolean>): Promise<void> {
  const directory = await root();
  for await (const fetchKey of directory.keys()) {
    if (!(await isLive(fetchKey))) await directory.removeEntry(fetchKey, { recursive: true });
  }
}
