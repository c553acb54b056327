import { globSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fakePolyfill, LOCALES, messagesOf, useLocale } from './messages.fake.ts';

vi.mock('webextension-polyfill', async () => (await import('./messages.fake.ts')).fakePolyfill());

const { language, plural, t } = await import('./messages.ts');

const PLURAL = /^(\w+)_(zero|one|two|few|many|other)$/;
const en = messagesOf('en');
const stems = (locale: string) =>
  new Set(Object.keys(messagesOf(locale)).flatMap((key) => PLURAL.exec(key)?.[1] ?? []));
const singles = (locale: string) => Object.keys(messagesOf(locale)).filter((key) => !PLURAL.test(key));

afterEach(() => useLocale('en'));

describe.each(LOCALES)('the messages of %s', (locale) => {
  const messages = messagesOf(locale);

  it('has the keys of en', () => {
    expect(singles(locale).toSorted()).toEqual(singles('en').toSorted());
    expect(stems(locale)).toEqual(stems('en'));
  });

  it('is named by its language', () => {
    expect(messages.language?.message).toBe(locale.replace('_', '-'));
    expect(['ltr', 'rtl']).toContain(messages.direction?.message);
  });

  it('has exactly the plural forms that its language has', () => {
    const forms = new Intl.PluralRules(locale.replace('_', '-')).resolvedOptions().pluralCategories;
    for (const stem of stems(locale)) {
      const found = Object.keys(messages).flatMap((key) => {
        const match = PLURAL.exec(key);
        return match?.[1] === stem ? [match[2]] : [];
      });
      expect(found.toSorted(), stem).toEqual(forms.toSorted());
    }
  });

  it.each(Object.entries(messages))('uses the placeholders of en in %s', (key, { message, placeholders }) => {
    const model = en[key] ?? en[key.replace(PLURAL, '$1_other')];
    expect(placeholders).toEqual(model?.placeholders);
    const used = [...message.matchAll(/\$(\w+)\$/g)].map(([, name]) => name?.toLowerCase());
    expect(used.toSorted()).toEqual(Object.keys(placeholders ?? {}).toSorted());
    expect(message).not.toBe('');
  });

  it('has a description short enough for the stores', () => {
    expect(messages.extensionDescription?.message.length).toBeLessThanOrEqual(132);
  });
});

describe('the keys in the code', () => {
  const root = new URL('../../', import.meta.url).pathname;
  const source = globSync(['{components,entrypoints,lib}/**/*.{ts,tsx}', 'wxt.config.ts'], { cwd: root })
    .filter((path) => !path.includes('.test.'))
    .map((path) => readFileSync(`${root}${path}`, 'utf8'))
    .join('\n');

  it('all exist', () => {
    const keys = [...source.matchAll(/\b(?:t|getMessage)\(\s*'(\w+)'|__MSG_(\w+?)__/g)].map(
      (match) => match[1] ?? match[2],
    );
    expect(keys.length).toBeGreaterThan(20);
    expect(keys.filter((key) => !(key && key in en))).toEqual([]);
    const used = [...source.matchAll(/\bplural\(\s*'(\w+)'/g)].map(([, stem]) => stem);
    expect(used.filter((stem) => !(stem && stems('en').has(stem)))).toEqual([]);
  });

  it('leave no message unused', () => {
    // `${action}Failed` is composed: see the type of Action.
    const composed = /^(pause|resume|abort|click|tryNow|tryAgain|drop)Failed$/;
    const unused = [...singles('en'), ...stems('en')].filter(
      (key) => !composed.test(key) && !source.includes(`'${key}'`) && !source.includes(`__MSG_${key}__`),
    );
    expect(unused).toEqual([]);
  });
});

describe('t', () => {
  it('puts substitutions in their places', () => {
    expect(t('bytesOfTotal', '3 MB', '10 MB')).toBe('3 MB of 10 MB');
  });

  it('speaks the language of the messages', () => {
    useLocale('zh_CN');
    expect(language()).toBe('zh-CN');
    expect(t('paused')).toBe('已暂停');
  });
});

describe('plural', () => {
  it.each([
    ['en', 1, '1 download'],
    ['en', 2, '2 downloads'],
    ['ru', 1, '1 загрузка'],
    ['ru', 3, '3 загрузки'],
    ['ru', 11, '11 загрузок'],
    ['ru', 21, '21 загрузка'],
    ['zh_CN', 5, '5 项下载'],
  ])('of %s for %i is “%s”', (locale, count, words) => {
    useLocale(locale);
    expect(plural('downloadCount', count, String(count))).toBe(words);
  });
});

it('the fake knows no more than the browser', () => {
  expect(fakePolyfill().default.i18n.getMessage('no such key')).toBe('');
});
