import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script';
import { deliverClientMessages } from '../lib/bridge/client-messages.ts';

/** Chromium: beside the bridge, for messages of emulated service workers. */
export default defineUnlistedScript({
  include: ['chrome'],
  main() {
    if (isSecureContext && origin !== 'null') deliverClientMessages(chrome.runtime);
  },
});
