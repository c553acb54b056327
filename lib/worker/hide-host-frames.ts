import { HOST_FRAME_PARAMETER } from '../protocol/host-frame.ts';
import type { Client, ServiceWorkerGlobalScope } from './service-worker.ts';

/** Keeps our host frames out of what a site's service worker sees of its clients: they are no pages of the site. */
export function hideHostFrames({ Clients: { prototype } }: ServiceWorkerGlobalScope): void {
  // Proxies, because the functions then still look native.
  prototype.matchAll = new Proxy(prototype.matchAll, {
    apply(native, clients, args: [object?]) {
      const matching = Reflect.apply(native, clients, args);
      return (async () => Object.freeze((await matching).filter((client) => !isHostFrame(client))))();
    },
  });
  prototype.get = new Proxy(prototype.get, {
    apply(native, clients, args: [string]) {
      const found = Reflect.apply(native, clients, args);
      return (async () => {
        const client = await found;
        return client && isHostFrame(client) ? undefined : client;
      })();
    },
  });
}

function isHostFrame({ url }: Client): boolean {
  return new URL(url).searchParams.has(HOST_FRAME_PARAMETER);
}
