self.isStrict = (function () {
  return this === undefined;
})();
importScripts('../plain/sw.js');
