// Before anything else: what the very first script of the page sees.
document.documentElement.dataset.supported = String('BackgroundFetchManager' in self);

const { worker, script = 'sw.js' } = document.documentElement.dataset;
navigator.serviceWorker.register(script, { type: worker });
navigator.serviceWorker.ready.then(() => {
  document.documentElement.dataset.ready = 'true';
});

// For the tests: what a page sees of a background fetch.
self.seen = (registration) => {
  const { id, uploadTotal, uploaded, downloadTotal, downloaded, result, failureReason, recordsAvailable } =
    registration;
  return { id, uploadTotal, uploaded, downloadTotal, downloaded, result, failureReason, recordsAvailable };
};
