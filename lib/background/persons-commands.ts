import { platform } from '../platform/index.ts';
import type { Answers } from '../protocol/calls.ts';
import type { BackgroundCommands } from '../protocol/commands.ts';
import {
  abortBackgroundFetch,
  clearHistory,
  dropBackgroundFetch,
  endBackgroundFetch,
  pauseBackgroundFetch,
  resumeBackgroundFetch,
  tryNow,
} from '../store/background-fetches.ts';
import { announceChange } from '../store/changes.ts';
import { db } from '../store/database.ts';
import { forgetIcons } from '../store/icons.ts';
import type { State } from '../store/schema.ts';
import { changeSettings } from '../store/settings.ts';
import { setPermission } from '../store/sites.ts';
import { tryAgain } from '../store/try-again.ts';

type PersonsCommands = Omit<
  BackgroundCommands,
  'changed' | 'setRule' | 'openTab' | 'matchClients' | 'postToClient' | 'focusClient'
>;

interface Effects {
  /** A background fetch changed: the downloader has to look. */
  changed(key: string): Promise<undefined>;
  /** Anything may have changed. */
  takeUp(): Promise<void>;
}

/** What the person can do, in the popup and the options. */
export function personsCommands({ changed, takeUp }: Effects): Answers<PersonsCommands> {
  /** Does it to all in this state, of one site or of all. */
  async function each(state: State, act: (key: string) => Promise<unknown>, origin?: string): Promise<void> {
    const rows = await db.backgroundFetches.where('state').equals(state).toArray();
    for (const { key } of rows.filter((row) => origin === undefined || row.origin === origin)) {
      await act(key);
      await changed(key);
    }
  }

  return {
    async pause({ key }) {
      await pauseBackgroundFetch(key);
      return changed(key);
    },
    async resume({ key }) {
      await resumeBackgroundFetch(key);
      return changed(key);
    },
    async abort({ key }) {
      await abortBackgroundFetch(key);
      return changed(key);
    },
    async pauseAll() {
      await each('active', pauseBackgroundFetch);
      return undefined;
    },
    async resumeAll() {
      await each('paused', resumeBackgroundFetch);
      return undefined;
    },
    async tryNow({ key }) {
      await tryNow(key);
      announceChange(key);
      return platform.downloader.call('tryNow', { key });
    },
    async tryAgain({ key }) {
      const again = await tryAgain(key);
      if (again === null) throw new Error('The site downloads it again itself.');
      return changed(again);
    },
    async drop({ key }) {
      if (!(await dropBackgroundFetch(key))) throw new Error('The site is taking it over just now.');
      return changed(key);
    },
    async click({ key }) {
      await platform.downloader.call('click', { key });
      return undefined;
    },
    async clear({ key }) {
      await clearHistory(key);
      await forgetIcons();
      return undefined;
    },
    async permit({ origin, permission }) {
      await setPermission(origin, permission);
      if (permission === 'allow') await each('pending', resumeBackgroundFetch, origin);
      if (permission === 'block') await each('pending', abortBackgroundFetch, origin);
      return undefined;
    },
    async deleteDownloads({ origin }) {
      const keys = await db.backgroundFetches.where({ origin }).primaryKeys();
      for (const key of keys) {
        await endBackgroundFetch(key, 'dropped');
        // The site's pages hear of the end as long as there is something to hear of.
        await announceChange(key);
        await clearHistory(key);
        await changed(key);
      }
      await forgetIcons();
      return undefined;
    },
    async configure(change) {
      await changeSettings(change);
      await takeUp();
      return undefined;
    },
    async restore({ settings, sites }) {
      await db.transaction('rw', db.settings, db.sites, async () => {
        await changeSettings(settings);
        await db.sites.clear();
        await db.sites.bulkPut(sites);
      });
      await takeUp();
      return undefined;
    },
  };
}
