import type { Browser } from 'puppeteer-core';

/** The size that the popup is looked at in, in CSS pixels. */
export const POPUP_VIEWPORT = { width: 380, height: 560 };

/** Closes every tab but an empty one: browsers quit with their last. */
export async function closePages(browser: Browser): Promise<void> {
  if (!browser.connected) return;
  const pages = await browser.pages();
  if (!pages.some((page) => page.url() === 'about:blank')) await browser.newPage();
  for (const page of pages) {
    if (page.url() !== 'about:blank') await page.close();
  }
}
