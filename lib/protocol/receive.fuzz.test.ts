/** Commands against all that could be sent in their place: no crash, and none done that one of our pages has not given. */
import * as fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { receiveCommands } from './receive.ts';
import { ID, listeners, OURS } from './testing/fake-runtime.ts';
import { almost, HOSTILE } from './testing/hostile-values.ts';

const CASES = 50_000;
/** Many cases take long on a busy machine. */
const OPTIONS = { timeout: 120_000 };
const OWN = { id: ID, url: `${OURS}popup.html` };

vi.mock('webextension-polyfill', () => import('./testing/fake-runtime.ts'));

const done: unknown[] = [];
receiveCommands<{ abort: { argument: unknown; result: undefined } }>('background', {
  async abort(argument) {
    done.push(argument);
    return undefined;
  },
});

/** As the browser tells it: texts, where it tells anything. */
const SENDER = fc.record(
  {
    id: fc.constantFrom(OWN.id, 'other@example', '', undefined),
    url: fc.oneof(
      fc.webUrl(),
      fc.string(),
      fc.constantFrom(
        OWN.url,
        `https://site.example/?${OURS}popup.html`,
        'moz-extension://0b5c9d1e.example/',
        'moz-extension://other/popup.html',
        'about:blank',
        undefined,
      ),
    ),
  },
  { requiredKeys: [] },
);
const COMMAND = { to: 'background', name: 'abort', argument: { key: 'key' } };
const MESSAGE = fc.oneof(
  { weight: 1, arbitrary: fc.constant<unknown>(COMMAND) },
  { weight: 4, arbitrary: almost(COMMAND) },
  { weight: 1, arbitrary: HOSTILE },
);

test('only what one of our pages commands is done', OPTIONS, async () => {
  let commanded = 0;
  await fc.assert(
    fc.asyncProperty(MESSAGE, fc.oneof(fc.constant(OWN), SENDER), async (message, sender) => {
      done.length = 0;
      await listeners[0]?.(message, sender)?.catch((error: unknown) => {
        expect(String(error)).toMatch(/^Error: No such command: /);
      });
      if (done.length === 0) return;
      commanded += 1;
      expect(sender.id).toBe(OWN.id);
      expect(new URL(sender.url ?? '').host).toBe(new URL(OURS).host);
      const { argument } = message as typeof COMMAND;
      expect(message).toMatchObject({ to: 'background', name: 'abort' });
      expect(done).toEqual([argument]);
    }),
    { numRuns: CASES },
  );
  expect(commanded).toBeGreaterThan(CASES / 100);
});
