/** A site's service worker as Workbox builds them, which keeps its downloads where its route looks for them. */
import { clientsClaim } from 'workbox-core';
import { cleanupOutdatedCaches, precacheAndRoute } from 'workbox-precaching';
import { registerRoute } from 'workbox-routing';
import { CacheFirst } from 'workbox-strategies';

interface BackgroundFetchEvent extends Event {
  registration: { matchAll(): Promise<{ request: Request; responseReady: Promise<Response> }[]> };
  waitUntil(promise: Promise<unknown>): void;
}

const CACHE = 'downloads';

clientsClaim();
cleanupOutdatedCaches();
precacheAndRoute([{ url: '/icon.svg', revision: '1' }]);
registerRoute(
  ({ url }) => url.pathname.startsWith('/bytes/'),
  new CacheFirst({ cacheName: CACHE, matchOptions: { ignoreVary: true } }),
);

addEventListener('backgroundfetchsuccess', (event) => {
  const { registration, waitUntil } = event as BackgroundFetchEvent;
  const keep = async () => {
    const cache = await caches.open(CACHE);
    for (const { request, responseReady } of await registration.matchAll())
      await cache.put(request, await responseReady);
  };
  waitUntil.call(event, keep());
});
