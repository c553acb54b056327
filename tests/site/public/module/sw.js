import '../plain/sw.js';

self.isStrict = (function () {
  return this === undefined;
})();
