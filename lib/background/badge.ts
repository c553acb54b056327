import browser from 'webextension-polyfill';
import { UNSETTLED } from '../core/states.ts';
import { db } from '../store/database.ts';
import { formatInteger, formatPercent } from '../ui/format.ts';
import { plural, t } from '../ui/messages.ts';
import { overallFraction } from '../ui/view.ts';
import { drawProgress } from './progress-icon.ts';

const COLOUR = '#1d5fd1';
const PLAIN_ICONS = { 16: '/icon/16.png', 32: '/icon/32.png' };

/** How much the icon shows, in steps that the eye can tell apart; null for the plain icon. */
let shown: number | null = null;
const STEPS = 32;

/** The toolbar button: how many downloads are under way, and how much of them is there. */
export async function updateBadge(): Promise<void> {
  const rows = await db.backgroundFetches.where('state').anyOf(UNSETTLED).toArray();
  const fraction = overallFraction(rows);
  await browser.action.setBadgeBackgroundColor({ color: COLOUR });
  await browser.action.setBadgeText({ text: rows.length === 0 ? '' : String(rows.length) });
  await browser.action.setTitle({ title: titleOf(rows.length, fraction) });
  const step = fraction === null ? null : Math.floor(fraction * STEPS);
  if (step === shown) return;
  shown = step;
  // Not everywhere: Firefox for Android shows no icon.
  await browser.action.setIcon?.(
    step === null ? { path: PLAIN_ICONS } : { imageData: await drawProgress(PLAIN_ICONS[32], step / STEPS) },
  );
}

function titleOf(count: number, fraction: number | null): string {
  if (count === 0 || fraction === null) return t('extensionName');
  return t('toolbarTitle', plural('downloadCount', count, formatInteger(count)), formatPercent(fraction));
}
