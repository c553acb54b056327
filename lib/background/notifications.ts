import browser from 'webextension-polyfill';
import { db } from '../store/database.ts';
import { readSettings } from '../store/settings.ts';
import { titleOf } from '../ui/view.ts';

const ICON = '/icon/128.png';

/** Background fetches that were told of since the background started. */
const told = new Set<string>();

/** Tells the person that a download has ended, once the site had its say about the title. */
export async function notifyEnd(key: string): Promise<void> {
  const row = await db.backgroundFetches.get(key);
  if (row?.state !== 'done' || row.failureReason === 'aborted' || told.has(key)) return;
  told.add(key);
  // It came whole, but the site does not have it: nothing to call people for.
  if (row.result === 'success' && row.deliveredBy !== 'event' && row.deliveredBy !== 'cache') return;
  if (!(await readSettings()).notify) return;
  const text = row.result === 'success' ? 'notificationSuccess' : 'notificationFailure';
  await browser.notifications.create(key, {
    type: 'basic',
    iconUrl: browser.runtime.getURL(ICON),
    title: titleOf(row),
    message: browser.i18n.getMessage(text, [row.origin]),
  });
}
