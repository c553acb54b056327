// What the conformance suite uses in a page: see tests/browser/conformance/background-fetch.d.ts.
globalThis.here = {
  registration: undefined,

  async outcome(run) {
    try {
      return { value: await run() };
    } catch (error) {
      const { name, code } = error;
      return { error: { name, code, type: error.constructor.name } };
    }
  },

  /** Resolves when the background fetch has settled; rejects when that takes too long. */
  settled(fetch) {
    return new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error(`"${fetch.id}" did not settle.`)), 20_000);
      const look = () => fetch.result !== '' && resolve(fetch);
      fetch.addEventListener('progress', look);
      look();
    });
  },

  /** What the worker has told so far under this name, oldest first. */
  async told(name) {
    const cache = await caches.open('told');
    const all = await Promise.all((await cache.matchAll()).map((response) => response.json()));
    return all
      .filter((each) => each.name === name)
      .sort((one, other) => one.at - other.at)
      .map((each) => each.value);
  },

  /** Registers the worker for a scope that holds no page, and waits until it is active. */
  async registerAt(scope) {
    const registration = await navigator.serviceWorker.register('sw.js', { scope });
    const worker = registration.installing ?? registration.waiting ?? registration.active;
    await new Promise((resolve) => {
      const look = () => worker.state === 'activated' && resolve();
      worker.addEventListener('statechange', look);
      look();
    });
    return registration;
  },
};

/** Called by the test with the type of its worker. */
here.start = async (type) => {
  const { scope } = await navigator.serviceWorker.register('sw.js', { type });
  here.registration = await navigator.serviceWorker.ready;
  return scope;
};
