/** https://wicg.github.io/background-fetch/#permissions */
import { expect } from 'vitest';
import { requirement, useSuite } from './suite.ts';

const { open, setPermission } = await useSuite();

requirement('permissions.query() knows background-fetch', async () => {
  const { page } = await open();
  const seen = await page.evaluate(async () => {
    const status = await navigator.permissions.query({ name: 'background-fetch' as PermissionName });
    return {
      state: status.state,
      name: status.name,
      onchange: status.onchange,
      ofClass: status instanceof PermissionStatus && status instanceof EventTarget,
      tag: String(status),
      keys: Reflect.ownKeys(status).length,
      constructs: status.constructor === PermissionStatus,
      length: navigator.permissions.query.length,
    };
  });
  expect(seen).toEqual({
    state: 'granted',
    name: 'background-fetch',
    onchange: null,
    ofClass: true,
    tag: '[object PermissionStatus]',
    keys: 0,
    constructs: true,
    length: 1,
  });
});

requirement('permissions.query() does with all else what it did', async () => {
  const { page } = await open();
  const seen = await page.evaluate(async () => {
    const { permissions } = navigator;
    const outcome = async (run: () => unknown) => (await here.outcome(run)).error?.type ?? 'none';
    return [
      (await permissions.query({ name: 'notifications' })).name,
      await outcome(() => permissions.query({ name: 'nothing' as PermissionName })),
      await outcome(() => Reflect.apply(permissions.query, permissions, [])),
      await outcome(() => Reflect.apply(permissions.query, {}, [{ name: 'background-fetch' }])),
    ];
  });
  expect(seen).toEqual(['notifications', 'TypeError', 'TypeError', 'TypeError']);
});

requirement('permissions.query() knows background-fetch in a worker', async () => {
  const { page, told } = await open({
    worker: `addEventListener('backgroundfetchsuccess', (event) => event.waitUntil(tell('result', async () => {
      const status = await navigator.permissions.query({ name: 'background-fetch' });
      return [String(status), ['granted', 'prompt'].includes(status.state)];
    })));`,
  });
  await page.evaluate(() => here.registration.backgroundFetch.fetch('id', '/bytes/a?size=10'));
  expect(await told('result')).toEqual(['[object PermissionStatus]', true]);
});

requirement('permissions.query() tells what the person said', async () => {
  const site = await open();
  const states: string[] = [];
  for (const state of ['denied', 'prompt', 'granted'] as const) {
    await setPermission(site, state);
    states.push(
      await site.page.evaluate(
        async () => (await navigator.permissions.query({ name: 'background-fetch' as PermissionName })).state,
      ),
    );
  }
  expect(states).toEqual(['denied', 'prompt', 'granted']);
});

requirement('a site that is denied gets a NotAllowedError, before its bodies are read', async () => {
  const site = await open();
  await setPermission(site, 'denied');
  const error = await site.page.evaluate(async () => {
    const endless = new Request('/bytes/up?size=1', {
      method: 'POST',
      body: new ReadableStream({}),
      duplex: 'half',
    } as RequestInit);
    return (await here.outcome(() => here.registration.backgroundFetch.fetch('id', endless))).error;
  });
  expect(error?.name).toBe('NotAllowedError');
});
