import type { BodyParts } from '../store/bodies.ts';
import { bodyDirectory } from '../store/body-files.ts';

/**
 * Writes a piece of a body to a file, and resolves with its name once it is on the disk. Rejects with a QuotaExceededError
 * where the disk is full. Firefox keeps what is written so out of the memory of this process, and pays for it once.
 */
export async function writeBodyFile(fetchKey: string, parts: BodyParts): Promise<string> {
  const name = crypto.randomUUID();
  const file = await (await bodyDirectory(fetchKey)).getFileHandle(name, { create: true });
  const writable = await file.createWritable();
  try {
    for (const part of parts) await writable.write(part);
  } catch (error) {
    await writable.abort(error);
    throw error;
  }
  await writable.close();
  return name;
}
