// What the conformance suite's service workers begin with.
// A script that wants to wait sets `waits`.
self.addEventListener('install', () => self.waits || self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

let last = 0;
/** Keeps a JSON value, or the error of what gives it, for the page. */
self.tell = async (name, give) => {
  let value;
  try {
    value = await (typeof give === 'function' ? give() : give);
  } catch (error) {
    value = { error: { name: error.name, code: error.code, type: error.constructor.name } };
  }
  const at = performance.timeOrigin + performance.now() + last++ / 1e6;
  const cache = await caches.open('told');
  await cache.put(`/told/${crypto.randomUUID()}`, Response.json({ name, at, value: value ?? null }));
};
