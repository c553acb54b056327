/** Stands ahead of a site's own service-worker script. Every change of what is built from it costs each site an update. */
import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script';
import { installBackgroundFetch } from '../lib/worker/events.ts';
import { hideHostFrames } from '../lib/worker/hide-host-frames.ts';
import { answerHostFrames } from '../lib/worker/host-frame.ts';
import { createKnocker } from '../lib/worker/knock.ts';
import { hearOrders } from '../lib/worker/orders.ts';
import type { ServiceWorkerGlobalScope } from '../lib/worker/service-worker.ts';

export default defineUnlistedScript({
  include: ['firefox'],
  main() {
    const scope = self as unknown as ServiceWorkerGlobalScope;
    try {
      const knocker = createKnocker(scope);
      hearOrders(scope, installBackgroundFetch(scope, knocker), knocker.admitted);
      answerHostFrames(scope);
      hideHostFrames(scope);
    } catch (error) {
      // Thrown on, it would keep the site's own script from running.
      console.error('Backfetch could not give this service worker the Background Fetch API.', error);
    }
  },
});
