/** For unit tests: `browser.i18n` over the real message files. Use: `vi.mock('webextension-polyfill', fakePolyfill)`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Message {
  message: string;
  description?: string;
  placeholders?: Record<string, { content: string }>;
}

const folder = join(import.meta.dirname, '../../public/_locales');

export const LOCALES = readdirSync(folder);

export function messagesOf(locale: string): Record<string, Message> {
  return JSON.parse(readFileSync(join(folder, locale, 'messages.json'), 'utf8'));
}

let messages = messagesOf('en');

export function useLocale(locale: string): void {
  messages = messagesOf(locale);
}

/** https://developer.mozilla.org/docs/Mozilla/Add-ons/WebExtensions/API/i18n/Locale-Specific_Message_reference */
function getMessage(key: string, substitutions: string[] = []): string {
  const found = messages[key];
  if (!found) return '';
  return found.message.replace(/\$(\w+)\$/g, (_, name: string) => {
    const content = found.placeholders?.[name.toLowerCase()]?.content ?? '';
    return substitutions[Number(content.slice(1)) - 1] ?? '';
  });
}

export const fakePolyfill = () => ({ default: { i18n: { getMessage } } });
