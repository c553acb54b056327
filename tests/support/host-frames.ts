/** What tests do about the extension's own visits to a site (lib/host-frame). */
import type { TestServer } from './server.ts';

/** Whether this is a request of a host frame: the extension comes to hand over. */
const isHostFrame = (url: URL) => url.searchParams.has('__backfetch_host');

/**
 * Lets no site be opened in the background, so that results wait for its pages: host frames are sent elsewhere. Returns
 * how to let them in again.
 */
export function refuseHostFrames(server: TestServer, refused: () => void = () => {}): () => void {
  return server.intercept(({ url, response }) => {
    if (!isHostFrame(url)) return false;
    refused();
    response.writeHead(302, { location: '/nothing-for-host-frames.txt' }).end();
    return true;
  });
}
