/**
 * Where in a site's service-worker script our own script goes, so that the site's runs as if nothing stood before it:
 * same strictness, same line numbers. Works on bytes, because a script arrives in pieces; a service worker's script
 * is always decoded as UTF-8 (https://w3c.github.io/ServiceWorker/#importscripts, "run service worker").
 */

/** Where the prefix goes, and whether the script that follows is strict. */
export interface Insertion {
  /** In bytes from the start. */
  offset: number;
  strict: boolean;
}

/**
 * Bytes that are looked at. A longer prologue can only be a comment as long as a book: its script gets the prefix
 * and runs sloppy, because the script of a strict one nearly always does the same there, and waiting for the end of an
 * endless answer is worse.
 */
const LONGEST_PROLOGUE = 256 * 1024;

/** Thrown inside where the bytes end before the answer is known. */
const MORE = Symbol('more bytes are needed');

/**
 * Scans hashbang, comments and the directive prologue (https://tc39.es/ecma262/#sec-directive-prologues-and-the-use-strict-directive).
 * `complete`: `head` is the whole script. Null when more bytes are needed.
 */
export function findInsertion(head: Uint8Array, complete: boolean): Insertion | null {
  const scanner = new Scanner(head, complete || head.length >= LONGEST_PROLOGUE);
  try {
    return scanner.insertion();
  } catch (error) {
    if (error === MORE) return null;
    throw error;
  }
}

/** What is written at the insertion: on the same line as what follows. `shim` is one line of ASCII that ends in `;`. */
export function prefixFor(shim: string, strict: boolean): string {
  return strict ? `"use strict";${shim}` : shim;
}

const code = (character: string) => character.charCodeAt(0);
const LF = code('\n');
const CR = code('\r');
const SPACE = code(' ');
const SLASH = code('/');
const BACKSLASH = code('\\');
const QUOTES = [code('"'), code("'")];
const SEMICOLON = code(';');
const END = -1;

/** UTF-8 of the white space (https://tc39.es/ecma262/#sec-white-space) and line terminators beyond ASCII. */
const WIDE_SPACES = [
  '\u00a0',
  '\u1680',
  ...'\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a',
  '\u202f',
  '\u205f',
  '\u3000',
  '\ufeff',
].map(utf8);
const WIDE_LINE_TERMINATORS = ['\u2028', '\u2029'].map(utf8);

function utf8(text: string): number[] {
  return [...new TextEncoder().encode(text)];
}

class Scanner {
  private at = 0;
  /** Whether nothing but white space and comments stands on this line so far: there `-->` starts a comment. */
  private lineStart = true;
  /** Whether this is still the line on which the prefix goes. */
  private insertionLine = true;
  private offset = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly complete: boolean,
  ) {}

  insertion(): Insertion {
    if (this.startsWith(utf8('\ufeff'))) this.at = 3;
    if (this.startsWithText('#!')) {
      this.skipLine();
      this.skipLineTerminator();
    }
    this.offset = this.at;
    this.insertionLine = true;
    return { strict: this.hasUseStrict(), offset: this.offset };
  }

  private hasUseStrict(): boolean {
    for (;;) {
      this.skipSpace();
      if (!QUOTES.includes(this.peek())) return false;
      const start = this.at;
      if (!this.skipString()) return false;
      const isUseStrict =
        new TextDecoder('latin1').decode(this.bytes.subarray(start + 1, this.at - 1)) === 'use strict';
      this.lineStart = false;
      this.skipSpace();
      if (!this.endsStatement()) return false;
      if (isUseStrict) return true;
      if (this.peek() === SEMICOLON) this.at++;
      this.lineStart = false;
    }
  }

  /**
   * After a string and the space behind it: whether the expression statement ends here, by a semicolon or by its
   * automatic insertion (https://tc39.es/ecma262/#sec-rules-of-automatic-semicolon-insertion).
   */
  private endsStatement(): boolean {
    const next = this.peek();
    if (next === END || next === SEMICOLON || next === code('}')) return true;
    // Only what stands on a later line than the string can be parted from it.
    if (!this.lineStart) return false;
    if (this.startsWithText('++') || this.startsWithText('--')) return true;
    if (next === code('.')) return isDigit(this.peek(1));
    if (next === code('!')) return this.peek(1) !== code('=');
    if (next === code('i')) return !this.startsWithWord('in') && !this.startsWithWord('instanceof');
    return next > 127 || !'([`+-*/%,?:<>=&|^'.includes(String.fromCharCode(next));
  }

  /** Skips white space and comments, those of https://tc39.es/ecma262/#sec-html-like-comments too. */
  private skipSpace(): void {
    for (;;) {
      const next = this.peek();
      if (next === SPACE || (next >= 9 && next <= 12 && next !== LF)) {
        this.at++;
      } else if (this.atLineTerminator()) {
        this.skipLineTerminator();
      } else if (next === SLASH && this.peek(1) === SLASH) {
        this.skipLine();
      } else if (next === SLASH && this.peek(1) === code('*')) {
        this.skipBlockComment();
      } else if (next === code('<') && this.startsWithText('<!--')) {
        this.skipLine();
      } else if (next === code('-') && this.lineStart && this.startsWithText('-->')) {
        this.skipLine();
        // It is a comment only as long as nothing stands before it: the prefix goes behind.
        if (this.insertionLine) {
          this.skipLineTerminator();
          this.offset = this.at;
          this.insertionLine = true;
        }
      } else {
        const space = next > 127 && WIDE_SPACES.find((bytes) => this.startsWith(bytes));
        if (!space) return;
        this.at += space.length;
      }
    }
  }

  private skipBlockComment(): void {
    this.at += 2;
    while (!(this.peek() === code('*') && this.peek(1) === SLASH)) {
      if (this.peek() === END) return;
      if (this.atLineTerminator()) this.skipLineTerminator();
      else this.at++;
    }
    this.at += 2;
  }

  /** False where the string does not end. */
  private skipString(): boolean {
    const quote = this.peek();
    for (this.at++; ; this.at++) {
      const next = this.peek();
      if (next === quote) break;
      if (next === END || next === LF || next === CR) return false;
      if (next === BACKSLASH) {
        this.at++;
        if (this.peek() === CR && this.peek(1) === LF) this.at++;
      }
    }
    this.at++;
    return true;
  }

  private skipLine(): void {
    while (this.peek() !== END && !this.atLineTerminator()) this.at++;
  }

  private atLineTerminator(): boolean {
    const next = this.peek();
    return (
      next === LF ||
      next === CR ||
      (next === 0xe2 && WIDE_LINE_TERMINATORS.some((bytes) => this.startsWith(bytes)))
    );
  }

  private skipLineTerminator(): void {
    const next = this.peek();
    if (next === END) return;
    if (next === CR && this.peek(1) === LF) this.at += 2;
    else this.at += next === 0xe2 ? 3 : 1;
    this.lineStart = true;
    this.insertionLine = false;
  }

  private startsWithWord(word: string): boolean {
    if (!this.startsWithText(word)) return false;
    const after = this.peek(word.length);
    return after <= 127 && !/[\w$\\]/.test(String.fromCharCode(Math.max(after, 0)));
  }

  private startsWithText(text: string): boolean {
    return this.startsWith(utf8(text));
  }

  private startsWith(expected: number[]): boolean {
    return expected.every((byte, index) => this.peek(index) === byte);
  }

  /** The byte `ahead` of here, or END. */
  private peek(ahead = 0): number {
    const byte = this.bytes[this.at + ahead];
    if (byte !== undefined) return byte;
    if (!this.complete) throw MORE;
    return END;
  }
}

function isDigit(byte: number): boolean {
  return byte >= code('0') && byte <= code('9');
}
