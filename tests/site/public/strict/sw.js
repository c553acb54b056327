// biome-ignore lint/suspicious/noRedundantUseStrict: a classic script is sloppy without it
'use strict';

function receiver() {
  return this;
}
self.isStrict = receiver() === undefined;
importScripts('../plain/sw.js');
