/** Stands ahead of a site's own service-worker script. Every change of what is built from it costs each site an update. */
import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script';
import { installBackgroundFetch } from '../lib/worker/events.ts';
import { answerHostFrames } from '../lib/worker/host-frame.ts';
import { hearOrders } from '../lib/worker/orders.ts';
import type { ServiceWorkerGlobalScope } from '../lib/worker/service-worker.ts';

export default defineUnlistedScript({
  include: ['firefox'],
  main() {
    const scope = self as unknown as ServiceWorkerGlobalScope;
    try {
      hearOrders(scope, installBackgroundFetch(scope));
      answerHostFrames(scope);
    } catch (error) {
      // Thrown on, it would keep the site's own script from running.
      console.error('Backfetch could not give this service worker the Background Fetch API.', error);
    }
  },
});
