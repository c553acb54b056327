// With the whole origin as its scope. Answers for the network itself, and keeps the paths of what it was asked in the cache "seen".
importScripts('/plain/sw.js');

self.addEventListener('fetch', (event) => {
  const { pathname } = new URL(event.request.url);
  if (!pathname.startsWith('/bytes/')) return;
  const seen = caches.open('seen').then((cache) => cache.put(`/seen${pathname}`, new Response()));
  event.waitUntil(seen);
  event.respondWith(new Response('tampered with'));
});
