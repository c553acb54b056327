import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script';
import { isEmbedded, watchClient } from '../lib/bridge/client-state.ts';
import { relay } from '../lib/bridge/relay.ts';
import { connectToBackground } from '../lib/platform/runtime.ts';
import { offerPort } from '../lib/protocol/handshake.ts';
import { portChannel } from '../lib/protocol/rpc.ts';

/** In the extension's world of every frame: between the page script and the background. Does nothing until it is called. */
export default defineUnlistedScript(() => {
  if (!isSecureContext || origin === 'null') return;

  const { port1, port2 } = new MessageChannel();
  const name = isEmbedded() ? 'embedded bridge' : 'bridge';
  const { reconnect } = relay(portChannel(port1), () => connectToBackground(name), watchClient());
  addEventListener('pageshow', (event) => {
    // The back/forward cache closes runtime ports, and not always with an event.
    if (event.persisted) reconnect();
  });
  offerPort(globalThis, port2);
});
