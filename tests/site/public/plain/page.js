// Before anything else: what the very first script of the page sees.
document.documentElement.dataset.supported = String('BackgroundFetchManager' in self);

navigator.serviceWorker.register('sw.js', { type: document.documentElement.dataset.worker });
navigator.serviceWorker.ready.then(() => {
  document.documentElement.dataset.ready = 'true';
});

// For the tests: what a page sees of a background fetch.
self.seen = (registration) => {
  const { id, uploadTotal, uploaded, downloadTotal, downloaded, result, failureReason, recordsAvailable } =
    registration;
  return { id, uploadTotal, uploaded, downloadTotal, downloaded, result, failureReason, recordsAvailable };
};
