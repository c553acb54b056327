/** What tests do in the popup. */
import type { Page } from 'puppeteer-core';
import { until } from './until.ts';

export type PopupAction = 'pause' | 'resume' | 'abort' | 'open' | 'clear' | 'tryNow' | 'tryAgain' | 'drop';

/** The text of the download called `title` as the popup shows it; null where there is none. */
export function rowText(popup: Page, title: string): Promise<string | null> {
  return popup.evaluate((title) => {
    const rows = [...document.querySelectorAll<HTMLElement>('.download')];
    const row = rows.find((each) => each.querySelector('.title')?.textContent === title);
    // Far from what is in sight only its title is there.
    if (row?.dataset.far === 'true') row.scrollIntoView();
    return row?.textContent ?? null;
  }, title);
}

/** Waits until the download called `title` says something that matches. Returns what it says. */
export function untilRow(popup: Page, title: string, text: RegExp): Promise<string> {
  return until(`the popup says ${text} for "${title}"`, async () => {
    const shown = await rowText(popup, title);
    return shown !== null && text.test(shown) ? shown : null;
  });
}

/** Presses a button of the download called `title`. */
export async function press(popup: Page, title: string, action: PopupAction): Promise<void> {
  const selector = `.download:has(.title[title="${title}"]) [data-action=${action}]`;
  const button = await until(`the popup can ${action} "${title}"`, () => popup.$(selector));
  await button.click();
}

/** Presses a button with words of the download called `title`: an answer to what it or its site asks. */
export async function answer(
  popup: Page,
  title: string,
  what: 'yes' | 'no' | 'allow' | 'refuse' | 'alwaysAllow' | 'neverAllow',
): Promise<void> {
  const selector = `.download:has(.title[title="${title}"]) [data-answer=${what}]`;
  const button = await until(`"${title}" can be answered ${what}`, () => popup.$(selector));
  await button.click();
}
