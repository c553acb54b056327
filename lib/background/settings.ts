import { db } from '../store/database.ts';
import type { SettingsRow } from '../store/schema.ts';

const DEFAULTS: SettingsRow = { name: 'settings', takeOver: false, notify: true };

export async function readSettings(): Promise<SettingsRow> {
  return { ...DEFAULTS, ...(await db.settings.get('settings')) };
}

export async function changeSettings(change: Partial<Omit<SettingsRow, 'name'>>): Promise<SettingsRow> {
  const settings = { ...(await readSettings()), ...change };
  await db.settings.put(settings);
  return settings;
}
