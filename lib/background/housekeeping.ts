import browser from 'webextension-polyfill';
import { sweepBodies } from '../store/bodies.ts';
import { announceChange } from '../store/changes.ts';
import { boundHistory, deleteOrphans, expireUndelivered } from '../store/housekeeping.ts';
import { forgetIcons } from '../store/icons.ts';

/** The name of its alarm. */
export const HOUSEKEEPING = 'housekeeping';
const DAY_IN_MINUTES = 24 * 60;

/** Lets go of what nobody will ask for any more: when the browser starts, and once a day after that. */
export async function keepHouse(): Promise<void> {
  if (!(await browser.alarms.get(HOUSEKEEPING)))
    await browser.alarms.create(HOUSEKEEPING, { periodInMinutes: DAY_IN_MINUTES });
  for (const key of await expireUndelivered(Date.now())) announceChange(key);
  await boundHistory();
  await deleteOrphans();
  await forgetIcons();
  await sweepBodies();
}
