import type { Runtime } from 'webextension-polyfill';
import type { Site } from '../door/site.ts';

/** The sender as both browsers describe it; webextension-polyfill's types leave `origin` out. */
type Sender = Runtime.MessageSender & { origin?: string };

/** The site that a content script's port belongs to, as the browser says; null for an opaque or foreign one. */
export function siteOf(sender: Sender | undefined): Site | null {
  if (!sender) return null;
  const origin = sender.origin ?? (sender.url === undefined ? 'null' : new URL(sender.url).origin);
  if (!/^https?:/.test(origin)) return null;
  const { tab } = sender;
  const container = tab?.cookieStoreId !== undefined && !/-default$|^0$/.test(tab.cookieStoreId);
  return {
    origin,
    otherIdentity: tab?.incognito === true || container,
    thirdParty: isThirdParty(sender, origin),
  };
}

/** A frame under a page of another origin: its storage may be apart from the site's own. */
function isThirdParty({ frameId, tab }: Sender, origin: string): boolean {
  if (frameId === undefined || frameId === 0) return false;
  return tab?.url === undefined || new URL(tab.url).origin !== origin;
}
