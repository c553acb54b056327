import browser, { type Tabs } from 'webextension-polyfill';
import type { SiteClients } from '../delivery/worker-calls.ts';
import type { ClientSnapshot } from '../protocol/wire.ts';

/** To lib/bridge/client-messages.ts in one frame. */
export interface ClientMessage {
  to: 'client';
  origin: string;
  message: unknown;
}

/** The pages of sites in tabs. Frames under another site's page have a storage, and so workers, of their own. */
export const siteClients: SiteClients = {
  async match(origin) {
    const clients = await Promise.all((await tabsOf(origin)).map((tab) => clientsIn(tab, origin)));
    return clients.flat();
  },
  async post(origin, id, message) {
    const [tabId, frameId] = parse(id);
    // The id comes from the site's code: of another tab it must not even learn whether there is one.
    if (!(await tabsOf(origin)).some((tab) => tab.id === tabId)) return;
    const posted: ClientMessage = { to: 'client', origin, message };
    await browser.tabs.sendMessage(tabId, posted, { frameId });
  },
  async focus(origin, id) {
    const [tabId] = parse(id);
    const tab = (await tabsOf(origin)).find((each) => each.id === tabId);
    if (!tab) return;
    await browser.tabs.update(tabId, { active: true });
    if (tab.windowId !== undefined) await browser.windows.update(tab.windowId, { focused: true });
  },
};

async function tabsOf(origin: string): Promise<Tabs.Tab[]> {
  const { protocol, hostname } = new URL(origin);
  // Match patterns have no ports.
  const tabs = await browser.tabs.query({ url: `${protocol}//${hostname}/*`, discarded: false });
  return tabs
    .filter(({ url, incognito }) => !incognito && url !== undefined && new URL(url).origin === origin)
    .sort((one, other) => (other.lastAccessed ?? 0) - (one.lastAccessed ?? 0));
}

async function clientsIn({ id: tabId }: Tabs.Tab, origin: string): Promise<ClientSnapshot[]> {
  if (tabId === undefined) return [];
  const frames = await browser.scripting.executeScript({
    target: { tabId, allFrames: true },
    func: describeClient,
  });
  return frames.flatMap(({ frameId, result }) => {
    const { origin: own, ...client } = (result ?? {}) as Partial<ReturnType<typeof describeClient>>;
    return own === origin ? [{ ...(client as Omit<ClientSnapshot, 'id'>), id: `${tabId}.${frameId}` }] : [];
  });
}

/** Runs in the frame: nothing from outside of it is there. */
function describeClient() {
  return {
    origin: self.origin,
    url: location.href,
    frameType: parent === self ? ('top-level' as const) : ('nested' as const),
    visibilityState: document.visibilityState,
    focused: document.hasFocus(),
    controlled: navigator.serviceWorker?.controller !== null,
  };
}

function parse(id: string): [tabId: number, frameId: number] {
  const [tabId, frameId] = id.split('.').map(Number);
  return [tabId ?? -1, frameId ?? -1];
}
