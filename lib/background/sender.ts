import type { Runtime } from 'webextension-polyfill';
import type { Site } from '../door/site.ts';
import { isPotentiallyTrustworthy } from '../policy/addresses.ts';

/** The sender as both browsers describe it; webextension-polyfill's types leave `origin` out. */
export type Sender = Runtime.MessageSender & { origin?: string };

/**
 * The site that a content script's port belongs to, as the browser says; null for an origin that is opaque or has no
 * service workers, and for a document that is in no tab (a frame in another extension's page).
 */
export function siteOf(sender: Sender | undefined): Site | null {
  if (!sender?.tab) return null;
  const origin = sender.origin ?? (URL.parse(sender.url ?? '')?.origin || 'null');
  const { tab, frameId } = sender;
  if (!/^https?:/.test(origin) || !isPotentiallyTrustworthy(new URL(origin))) return null;
  const container = tab.cookieStoreId !== undefined && !/-default$|^0$/.test(tab.cookieStoreId);
  return {
    origin,
    otherIdentity: tab.incognito || container,
    thirdParty: frameId !== 0 && URL.parse(tab.url ?? '')?.origin !== origin,
    unseen: frameId !== 0,
  };
}
