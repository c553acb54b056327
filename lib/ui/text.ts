const MAX_LENGTH = 300;

/** Controls, line separators, and the marks that turn the direction of text; joiners stay, scripts and emoji need them. */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/** A site's text as one line that can't disturb what stands around it. Empty where nothing visible is left. */
export function cleanText(text: string): string {
  const line = text.replace(UNSAFE, ' ').replace(/\s+/gu, ' ').trim();
  const characters = [...line.slice(0, 2 * (MAX_LENGTH + 1))];
  return characters.length > MAX_LENGTH ? `${characters.slice(0, MAX_LENGTH - 1).join('')}…` : line;
}

/** Text for the middle of a sentence: its direction stays its own (FIRST STRONG ISOLATE … POP DIRECTIONAL ISOLATE). */
export function isolate(text: string): string {
  return `\u2068${text}\u2069`;
}
