import { type BodyFile, bodyDirectory } from '../store/body-files.ts';

/** Firefox keeps what is written so out of the memory of this process, and pays for it once. */
export function openBodyFile(fetchKey: string): BodyFile {
  const name = crypto.randomUUID();
  const opening = open(fetchKey, name);
  // Who appends hears of it.
  void Promise.allSettled([opening]);
  let failed = false;
  return {
    name,
    async append(bytes) {
      try {
        await (await opening).write(bytes);
      } catch (error) {
        failed = true;
        throw error;
      }
      return bytes instanceof Blob ? null : bytes.buffer;
    },
    async close() {
      const writable = await opening;
      await (failed ? writable.abort() : writable.close());
    },
  };
}

async function open(fetchKey: string, name: string): Promise<FileSystemWritableFileStream> {
  const file = await (await bodyDirectory(fetchKey)).getFileHandle(name, { create: true });
  return file.createWritable();
}
