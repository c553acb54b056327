import { db } from './database.ts';
import type { Permission } from './schema.ts';
import { readSettings } from './settings.ts';

/** What a site may do: as the person said of it, or of new sites. */
export async function permissionOf(origin: string): Promise<Permission> {
  return (await db.sites.get(origin))?.permission ?? (await readSettings()).permission;
}

/** Keeps what the person says of a site; null forgets it. */
export async function setPermission(origin: string, permission: Permission | null): Promise<void> {
  if (permission === null) await db.sites.delete(origin);
  else await db.sites.put({ origin, permission });
}
