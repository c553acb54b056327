// A service worker as small as a site's can be: keeps what was downloaded, and writes down which events came.
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

async function writeDown(event, more) {
  const { id, result, failureReason, recordsAvailable, downloaded } = event.registration;
  const events = await caches.open('events');
  const entry = {
    type: event.type,
    at: Date.now(),
    id,
    result,
    failureReason,
    recordsAvailable,
    downloaded,
    ...more,
  };
  await events.put(`/events/${crypto.randomUUID()}`, new Response(JSON.stringify(entry)));
}

async function keep(event) {
  const records = await event.registration.matchAll();
  const downloads = await caches.open('downloads');
  const seen = [];
  for (const record of records) {
    const response = await record.responseReady.catch(() => null);
    if (!response) continue;
    seen.push({ url: record.request.url, status: response.status });
    // Cache.put takes no POST; the answer to one is kept under its URL.
    if (response.ok) await downloads.put(record.request.url, response);
  }
  return seen;
}

self.addEventListener('backgroundfetchsuccess', (event) => {
  event.waitUntil(
    keep(event).then(async (records) => {
      await event.updateUI({ title: `${event.registration.id} is here` });
      await writeDown(event, { records, strict: self.isStrict });
    }),
  );
});
self.addEventListener('backgroundfetchfail', (event) => {
  event.waitUntil(keep(event).then((records) => writeDown(event, { records })));
});
self.addEventListener('backgroundfetchabort', (event) => event.waitUntil(writeDown(event)));
self.addEventListener('backgroundfetchclick', (event) => {
  const opened = self.clients.openWindow(`./?clicked=${encodeURIComponent(event.registration.id)}`);
  event.waitUntil(Promise.all([writeDown(event), opened]));
});
