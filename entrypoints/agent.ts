import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script';
import { serveAgent } from '../lib/agent/serve.ts';
import { connectToBackground, extensionOrigin } from '../lib/platform/runtime.ts';
import { HOST_FRAME_PARAMETER } from '../lib/protocol/host-frame.ts';
import { portChannel } from '../lib/protocol/rpc.ts';

/** In the extension's world of a host frame, or of a page whose site something waits for. */
export default defineUnlistedScript(() => {
  const token = new URLSearchParams(location.search).get(HOST_FRAME_PARAMETER);
  const isFrame = parent !== window;
  if (token === null && !isFrame) {
    serveAgent(connectToBackground('agent'));
  } else if (token !== null && isFrame) {
    const { port1, port2 } = new MessageChannel();
    serveAgent(portChannel(port1));
    // A page that frames such a URL gets nothing: only our own documents receive this.
    parent.postMessage(token, extensionOrigin(), [port2]);
  }
});
