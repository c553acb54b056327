import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script';
import { updateBackgroundFetchInstances } from '../lib/api/background-fetch-registration.ts';
import { installInterfaces, installManager } from '../lib/api/install.ts';
import { installPermission } from '../lib/api/permissions.ts';
import { createRealm } from '../lib/api/realm.ts';
import { watchRegister, watchUnregister } from '../lib/api/unregister.ts';
import type { Caller, SiteCalls, Update } from '../lib/protocol/calls.ts';
import { acceptPort, isBridgeAlive } from '../lib/protocol/handshake.ts';
import { CallFailure, portChannel, rpcClient } from '../lib/protocol/rpc.ts';

/** In the page's own world: the API as the site sees it. Where the browser has its own, this takes its place. */
export default defineUnlistedScript(() => {
  // Where it can't have service workers, a document has no Background Fetch; "null" is an opaque origin.
  if (!isSecureContext || origin === 'null' || !('ServiceWorkerRegistration' in globalThis)) return;

  const bridge = Promise.withResolvers<Caller<SiteCalls>>();
  const realm = createRealm({ call: async (name, argument) => (await bridge.promise).call(name, argument) });
  installInterfaces(globalThis);
  installManager(globalThis, realm);
  watchUnregister(globalThis, realm);
  watchRegister(globalThis, realm);
  const lookAtPermission = installPermission(globalThis, realm);
  // Where the person changes it is no part of the page: they leave it and come back.
  addEventListener('focus', () => {
    lookAtPermission().catch((error: unknown) => console.debug('Backfetch: no permission is known.', error));
  });
  acceptPort(globalThis, (port) => {
    const client = rpcClient<SiteCalls>(portChannel(port));
    client.onPush((update) => updateBackgroundFetchInstances(realm, update as Update));
    bridge.resolve({
      call: async (name, argument) => {
        if (isBridgeAlive(port)) return client.call(name, argument);
        throw new CallFailure('UnknownError', 'Backfetch was updated or switched off: reload this page.');
      },
    });
  });
});
