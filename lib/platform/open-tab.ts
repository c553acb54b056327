import browser from 'webextension-polyfill';

/** Shows a page in a new tab, in front. */
export async function openTab(url: string): Promise<void> {
  const tab = await browser.tabs.create({ url, active: true });
  if (tab.windowId !== undefined) await browser.windows.update(tab.windowId, { focused: true });
}
