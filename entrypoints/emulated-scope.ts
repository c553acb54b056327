/** Chromium: stands in a dedicated worker of the site's origin for the service worker that nothing can be added to. */
import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script';
import { startEmulatedScope } from '../lib/worker/emulated-scope/start.ts';

export default defineUnlistedScript({
  include: ['chrome'],
  main() {
    self.addEventListener('message', ({ data, ports }) => void startEmulatedScope(data, ports), {
      once: true,
    });
  },
});
