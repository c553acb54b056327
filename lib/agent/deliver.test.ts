import { afterEach, expect, test, vi } from 'vitest';
import { deliver } from './deliver.ts';

const SCOPE = 'https://site.example/';
const ORDER = {
  delivery: 1,
  scope: SCOPE,
  order: { event: 'backgroundfetchsuccess' as const, snapshot: {} as never },
  scopeScript: null,
};

afterEach(() => vi.unstubAllGlobals());

/** Delivers in a document that sees these registrations. */
function deliverWhere(registrations: object[], isFrame: boolean) {
  const top = {};
  vi.stubGlobal('window', isFrame ? { parent: top } : Object.assign(top, { parent: top }));
  vi.stubGlobal('navigator', { serviceWorker: { getRegistrations: async () => registrations } });
  return deliver(ORDER, { call: vi.fn() }, new Map());
}

test('a page of the site that sees no registration tells that it is gone', async () => {
  expect(await deliverWhere([], false)).toEqual({ outcome: 'no-registration' });
});

test('a host frame that sees none at all tells nothing', async () => {
  await expect(deliverWhere([], true)).rejects.toMatchObject({ error: { name: 'InvalidStateError' } });
});

test.each<[string, object]>([
  ['another scope', { scope: `${SCOPE}other/`, active: {}, waiting: null, installing: null }],
  ['a later one', { scope: SCOPE, active: null, waiting: null, installing: {} }],
])('a host frame that sees %s tells that it is gone', async (_, registration) => {
  expect(await deliverWhere([registration], true)).toEqual({ outcome: 'no-registration' });
});
