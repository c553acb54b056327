import { createContext, Script } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findInsertion, prefixFor } from './write-ahead.ts';

const SHIM = '(function(){globalThis.shim=1})();';

/** The script with the shim written ahead, fed in pieces of `step` bytes as a stream would. */
function extend(
  script: Uint8Array,
  step = script.length,
): { source: string; offset: number; strict: boolean } {
  for (let end = 0; ; end = Math.min(end + step, script.length)) {
    const insertion = findInsertion(script.subarray(0, end), end === script.length);
    if (!insertion) continue;
    const { offset, strict } = insertion;
    const decode = (bytes: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    const source =
      decode(script.subarray(0, offset)) + prefixFor(SHIM, strict) + decode(script.subarray(offset));
    return { source: source.replace(/^\ufeff/, ''), offset, strict };
  }
}

/** What an engine makes of a script: strict or not and on which line the probe stood, or that it has no meaning. */
function outcome(
  source: string,
): { strict: boolean; line: string | undefined } | 'no probe ran' | 'SyntaxError' {
  let script: Script;
  try {
    script = new Script(source, { filename: 'site.js' });
  } catch (error) {
    if (error instanceof SyntaxError) return 'SyntaxError';
    throw error;
  }
  const found: { strict: boolean; line: string | undefined }[] = [];
  const probe = (self: () => unknown) => {
    const line = /site\.js:(\d+)/.exec(new Error('where').stack ?? '')?.[1];
    found.push({ strict: self.call(undefined) === undefined, line });
    return {};
  };
  try {
    script.runInContext(createContext({ probe }));
  } catch {
    // A prologue of a random kind may throw at run time ('a'(), 'a' in 1); what matters is whether the probe ran.
  }
  return found[0] ?? 'no probe ran';
}

const PROBE = 'probe(function(){return this})';
const bytes = (text: string) => new TextEncoder().encode(text);

test.each<[name: string, script: string, strict: boolean]>([
  ['empty', '', false],
  ['plain', 'foo()', false],
  ['directive', "'use strict'", true],
  ['double quotes and semicolon', '"use strict";x', true],
  ['later directive', "'a';\n'b'\n'use strict'\nx", true],
  ['empty statement ends the prologue', "'a';;'use strict';", false],
  ['escape', '"use\\x20strict";x', false],
  ['line continuation', "'use \\\nstrict';x", false],
  ['property', "'use strict'.length", false],
  ['property on the next line', "'use strict'\n.length", false],
  ['number on the next line', "'use strict'\n.5", true],
  ['operator', "'use strict' + x", false],
  ['operator on the next line', "'use strict'\n/* c */ + x", false],
  ['increment on the next line', "'use strict'\n++x", true],
  ['not on the next line', "'use strict'\n!x", true],
  ['inequality on the next line', "'use strict'\n!= x", false],
  ['comma', "'use strict', x", false],
  ['parenthesised', "('use strict')", false],
  ['call on the next line', "'use strict'\n(x)", false],
  ['template on the next line', "'use strict'\n`x`", false],
  ['in', "'use strict'\nin x", false],
  ['index', "'use strict'\nindex", true],
  ['instanceof', "'use strict'\ninstanceof x", false],
  ['comment with a newline parts statements', "'use strict'/*\n*/x", true],
  ['comment without one does not', "'use strict'/**/x", false],
  ['comments before', "/* a */ // b\n\u00a0\ufeff\u2028'use strict'", true],
  ['html-like comments', "<!-- a\n--> b\n'use strict'\n--> c\n<!-- d\nx", true],
  ['unterminated comment', "/* 'use strict'", false],
  ['unterminated string', "'use strict\nx", false],
  ['empty string', "'';'use strict'", true],
])('%s', (_name, script, strict) => {
  expect(findInsertion(bytes(script), true)).toEqual({ offset: 0, strict });
});

test('the prefix stands after a byte-order mark and a hashbang', () => {
  expect(findInsertion(bytes("\ufeff'use strict'"), true)).toEqual({ offset: 3, strict: true });
  expect(findInsertion(bytes("#!/bin/node\r\n'use strict'"), true)).toEqual({ offset: 13, strict: true });
  expect(findInsertion(bytes('\ufeff#!x\u2028x'), true)).toEqual({ offset: 9, strict: false });
});

test('asks for more bytes only as long as they could matter', () => {
  for (const head of [
    '',
    '#',
    '#!abc',
    '/',
    '/* abc',
    "'use stri",
    "'use strict'",
    "'use strict'\n",
    "'use strict'\ni",
    "'use strict'\n.",
    ' ',
  ])
    expect(findInsertion(bytes(head), false), head).toBeNull();
  expect(findInsertion(bytes('import'), false)).toEqual({ offset: 0, strict: false });
  expect(findInsertion(bytes("'use strict';"), false)).toEqual({ offset: 0, strict: true });
});

test('gives up on an endless prologue', () => {
  expect(findInsertion(bytes(`/*${' '.repeat(300_000)}`), false)).toEqual({ offset: 0, strict: false });
});

const fragment = fc.constantFrom(
  ...[
    "'use strict'",
    '"use strict"',
    "'a'",
    '"use\\x20strict"',
    "'\\\r\n'",
    "'",
    '"',
    ';',
    '\n',
    '\r\n',
    '\r',
    '\u2028',
    ' ',
    '\t',
    '\u00a0',
    '\ufeff',
    '\u3000',
  ],
  ...[
    '// c',
    '/* c */',
    '/*\n*/',
    '/*',
    '*/',
    '<!-- c',
    '-->',
    '--',
    '++',
    '+',
    '-',
    '!',
    '!=',
    '.',
    '.5',
    '.length',
    ',',
    '(',
    ')',
    '[0]',
    '`t`',
    '/',
    '*',
  ],
  ...[
    '?',
    ':',
    '=',
    '==',
    '<',
    '>',
    '&',
    '|',
    '^',
    '%',
    '{',
    '}',
    'in',
    'in ',
    'index',
    'instanceof ',
    'x',
    '1',
    '\\',
    '#',
    '~',
    '@',
    'é',
    '0',
  ],
);
const prologue = fc
  .tuple(
    fc.constantFrom('', '', '', '\ufeff', '#!/x\n', '#!', '-->', '<!--'),
    fc.array(fragment, { maxLength: 7 }),
  )
  .map(([start, rest]) => start + rest.join(''));

test('an engine sees the same strictness and line numbers with and without the prefix', () => {
  fc.assert(
    fc.property(
      prologue,
      fc.constantFrom('', '\n', ';', '\n;'),
      fc.integer({ min: 1, max: 9 }),
      (start, end, step) => {
        const script = `${start}${end}${PROBE}`;
        const { source } = extend(bytes(script), step);
        expect(outcome(source), JSON.stringify(source)).toEqual(outcome(script.replace(/^\ufeff/, '')));
      },
    ),
    { numRuns: 3_000 },
  );
}, 60_000);

test('the prologue of a script that is cut anywhere is judged the same', () => {
  fc.assert(
    fc.property(prologue, fc.integer({ min: 1, max: 9 }), (script, step) => {
      expect(extend(bytes(script), step)).toEqual(extend(bytes(script)));
    }),
  );
});
