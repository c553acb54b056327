/** Where Chromium asks for updates of the extension: https://developer.chrome.com/docs/extensions/how-to/distribute/host-on-linux */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Crx } from './crx.ts';

export interface UpdateServer {
  /** For the manifest's `update_url`. */
  url: string;
  offer(crx: Crx, version: string): void;
  close(): void;
}

export async function startUpdateServer(): Promise<UpdateServer> {
  let offered: (Crx & { version: string }) | undefined;
  const server = createServer((request, response) => {
    if (!offered) {
      response.writeHead(404).end();
    } else if (request.url === '/extension.crx') {
      response.writeHead(200, { 'content-type': 'application/x-chrome-extension' }).end(offered.content);
    } else {
      response
        .writeHead(200, { 'content-type': 'text/xml' })
        .end(
          `<gupdate xmlns="http://www.google.com/update2/response" protocol="2.0"><app appid="${offered.id}">` +
            `<updatecheck codebase="${origin}/extension.crx" version="${offered.version}"/></app></gupdate>`,
        );
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${origin}/updates.xml`,
    offer(crx, version) {
      offered = { ...crx, version };
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
