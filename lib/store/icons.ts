/** The pictures of background fetches: a table of their own, since a row is written again with every piece that comes. */
import { db } from './database.ts';
import type { IconRow } from './schema.ts';

/** Keeps the icon, if its background fetch is still there. */
export function putIcon(icon: IconRow): Promise<void> {
  return db.transaction('rw', db.backgroundFetches, db.icons, async () => {
    if (await db.backgroundFetches.get(icon.fetchKey)) await db.icons.put(icon);
  });
}

/** Deletes the icons of background fetches that are gone. */
export function forgetIcons(): Promise<void> {
  return db.transaction('rw', db.backgroundFetches, db.icons, async () => {
    const keys = await db.icons.toCollection().primaryKeys();
    const owners = await db.backgroundFetches.bulkGet(keys);
    await db.icons.bulkDelete(keys.filter((_, i) => owners[i] === undefined));
  });
}
