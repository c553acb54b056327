import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cleanText, isolate } from './text.ts';

it('cleanText makes one line', () => {
  expect(cleanText('  a\r\n\tb\u0000\u2028c\u0085d ')).toBe('a b c d');
});

it('cleanText takes out what turns the direction of text', () => {
  expect(cleanText('\u202efdp.exe\u202c \u2066x\u2069 \u200f')).toBe('fdp.exe x');
});

it('cleanText leaves joiners, emoji and scripts alone', () => {
  const text = '👩‍🚀 क्‍ष می‌خواهم';
  expect(cleanText(text)).toBe(text);
});

it('cleanText cuts between characters', () => {
  const cut = cleanText('🎧'.repeat(1000));
  expect([...cut].length).toBe(300);
  expect(cut.isWellFormed()).toBe(true);
  expect(cut.endsWith('…')).toBe(true);
});

/** A code unit, often one that is special. fast-check's own unit "binary" takes seconds to build. */
const unit = fc.oneof(
  fc.constantFrom('\u202e', '\u2066', '\u200d', '\u2028', '\n', ' ', '🎧', '\ud83c'),
  fc.nat(0xffff).map((code) => String.fromCharCode(code)),
);

it('cleanText of its own answer changes nothing, wherever it is cut', () => {
  fc.assert(
    fc.property(fc.nat(310), fc.string({ unit, maxLength: 20 }), (before, odd) => {
      const text = 'x'.repeat(before) + odd;
      expect(cleanText(cleanText(text))).toBe(cleanText(text));
    }),
  );
});

it('isolate closes what it opens', () => {
  expect(isolate('x')).toBe('\u2068x\u2069');
});
