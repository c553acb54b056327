const DOWNLOADS = 'downloads';
const FAILURES = 'failures';
const SHELL = 'shell';
const SHELL_FILES = [
  '/',
  '/episode/',
  '/style.css',
  '/app.js',
  '/player.js',
  '/downloads.js',
  '/episodes.json',
  '/icon.svg',
];

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(SHELL).then((shell) => shell.addAll(SHELL_FILES)));
  self.skipWaiting();
});

self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  if (event.request.method === 'GET') event.respondWith(answer(event.request));
});

/** Downloads from the cache; everything else from the network as long as there is one. */
async function answer(request) {
  const downloads = await caches.open(DOWNLOADS);
  const downloaded = await downloads.match(request.url);
  if (downloaded) return partOf(downloaded, request.headers.get('range'));
  try {
    return await fetch(request);
  } catch (error) {
    const shell = await caches.match(request, { ignoreSearch: true });
    if (shell) return shell;
    throw error;
  }
}

/** Media elements ask for ranges; the cache only has whole responses. */
async function partOf(response, range) {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
  if (first === undefined) return response;
  const body = await response.blob();
  const start = Number(first);
  const end = last === '' ? body.size : Math.min(body.size, Number(last) + 1);
  if (start >= body.size) {
    return new Response(null, { status: 416, headers: { 'content-range': `bytes */${body.size}` } });
  }
  return new Response(body.slice(start, end), {
    status: 206,
    headers: {
      'content-type': response.headers.get('content-type') ?? '',
      'content-range': `bytes ${start}-${end - 1}/${body.size}`,
    },
  });
}

async function tellPages(id) {
  for (const client of await self.clients.matchAll()) client.postMessage({ id });
}

async function titleOf(id) {
  const response = (await caches.match('/episodes.json')) ?? (await fetch('/episodes.json'));
  const episodes = await response.json();
  return episodes.find((episode) => `episode-${episode.id}` === id)?.title ?? 'Your episode';
}

async function keep(registration) {
  const downloads = await caches.open(DOWNLOADS);
  const records = await registration.matchAll();
  await Promise.all(records.map(async (record) => downloads.put(record.request, await record.responseReady)));
}

self.addEventListener('backgroundfetchsuccess', (event) => {
  const { registration } = event;
  event.waitUntil(
    (async () => {
      await keep(registration);
      await tellPages(registration.id);
      await event.updateUI({ title: `${await titleOf(registration.id)} is ready to play` });
    })(),
  );
});

async function noteFailure({ id, failureReason }) {
  const failures = await caches.open(FAILURES);
  await failures.put(`/failures/${id}`, new Response(failureReason));
  await tellPages(id);
}

self.addEventListener('backgroundfetchfail', (event) => {
  const { registration } = event;
  event.waitUntil(
    (async () => {
      await noteFailure(registration);
      await event.updateUI({ title: `${await titleOf(registration.id)} could not be downloaded` });
    })(),
  );
});

self.addEventListener('backgroundfetchabort', (event) => event.waitUntil(noteFailure(event.registration)));

self.addEventListener('backgroundfetchclick', (event) => {
  const episode = event.registration.id.replace(/^episode-/, '');
  event.waitUntil(self.clients.openWindow(`/episode/?id=${episode}`));
});
