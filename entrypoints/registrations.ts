import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script';
import { tellRegistrations } from '../lib/bridge/registrations.ts';
import { connectToBackground } from '../lib/platform/runtime.ts';
import type { SiteCalls } from '../lib/protocol/calls.ts';
import { rpcClient } from '../lib/protocol/rpc.ts';

/** In the extension's world of the pages of a site that has background fetches under way. */
export default defineUnlistedScript(async () => {
  if (!isSecureContext || origin === 'null') return;
  const channel = connectToBackground('bridge');
  try {
    await tellRegistrations(navigator.serviceWorker, rpcClient<SiteCalls>(channel));
  } catch (error) {
    console.debug('Backfetch: it is not known which service workers live on.', error);
  } finally {
    channel.close();
  }
});
