/** The extension's strings. Their source is public/_locales/<locale>/messages.json. */
import browser from 'webextension-polyfill';
import type en from '../../public/_locales/en/messages.json';

type Messages = typeof en;
export type MessageKey = keyof Messages;
type Substitutions<Key extends MessageKey> = Messages[Key] extends { placeholders: object }
  ? [string, ...string[]]
  : [];
/** Stems of keys that come in plural forms: `stem_one`, `stem_other` … */
export type PluralKey = MessageKey extends infer Key
  ? Key extends `${infer Stem}_other`
    ? Stem
    : never
  : never;

/** The string `key` in the person's language, substitutions in the order of their numbers. */
export function t<Key extends MessageKey>(key: Key, ...substitutions: Substitutions<Key>): string {
  return browser.i18n.getMessage(key, substitutions);
}

/** The plural form of `stem` that goes with `count`. */
export function plural(stem: PluralKey, count: number, ...substitutions: string[]): string {
  const form = new Intl.PluralRules(language()).select(count);
  return browser.i18n.getMessage(`${stem}_${form}`, substitutions);
}

/**
 * BCP 47 tag of the language that the strings are in. Not the browser's own, which may be one that we have no strings
 * for: numbers and plural forms must match the words around them.
 */
export function language(): string {
  return t('language');
}

/** Tells the document which language its text is in. */
export function setDocumentLanguage(title: string): void {
  document.documentElement.lang = language();
  document.documentElement.dir = t('direction');
  document.title = title;
}
