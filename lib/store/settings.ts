import { db } from './database.ts';
import type { Settings } from './schema.ts';

/** What holds where the person has said nothing. */
export const DEFAULT_SETTINGS: Settings = {
  takeOver: false,
  notify: true,
  permission: 'allow',
  connections: 6,
  bandwidth: 0,
  waitWhileMetered: false,
  keepDays: 30,
};

export async function readSettings(): Promise<Settings> {
  const stored = await db.settings.get('settings');
  if (!stored) return DEFAULT_SETTINGS;
  const { name: _, ...settings } = stored;
  return { ...DEFAULT_SETTINGS, ...settings };
}

export async function changeSettings(change: Partial<Settings>): Promise<void> {
  await db.transaction('rw', db.settings, async () => {
    await db.settings.put({ name: 'settings', ...(await readSettings()), ...change });
  });
}
