import '../plain/sw.js';

function receiver() {
  return this;
}
self.isStrict = receiver() === undefined;
