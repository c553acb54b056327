import browser from 'webextension-polyfill';
import { UNSETTLED } from '../core/states.ts';
import { db } from '../store/database.ts';

const COLOUR = '#1d5fd1';

/** The toolbar badge: how many downloads are under way. */
export async function updateBadge(): Promise<void> {
  const count = await db.backgroundFetches.where('state').anyOf(UNSETTLED).count();
  await browser.action.setBadgeBackgroundColor({ color: COLOUR });
  await browser.action.setBadgeText({ text: count === 0 ? '' : String(count) });
}
