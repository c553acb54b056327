import { HOST_FRAME_PARAMETER } from '../protocol/host-frame.ts';
import type { FetchEvent, ServiceWorkerGlobalScope } from './service-worker.ts';

/**
 * Keeps host frames from a site's own fetch listeners: their navigations are answered here, and what they fetch goes to
 * the network. Listens only once the site does, because a worker without fetch listeners costs a page's loads nothing.
 * The browser hears of listeners while it evaluates the script, so that is how long the watch lasts.
 */
export function answerHostFrames(scope: ServiceWorkerGlobalScope): void {
  const { addEventListener } = EventTarget.prototype;
  const restore: (() => void)[] = [];
  let listening = false;

  const listener = (event: Event) => {
    const { request } = event as FetchEvent;
    const { hash, searchParams } = new URL(request.url);
    const isFrame = request.mode === 'navigate' && request.destination === 'iframe';
    if (hash === `#${HOST_FRAME_PARAMETER}`) {
      event.stopImmediatePropagation();
    } else if (isFrame && searchParams.has(HOST_FRAME_PARAMETER)) {
      event.stopImmediatePropagation();
      (event as FetchEvent).respondWith(new Response('', { headers: { 'content-type': 'text/html' } }));
    }
  };
  const listen = () => {
    if (listening) return;
    listening = true;
    // Capturing listeners come first, also before those of modules that were imported ahead of us.
    addEventListener.call(scope, 'fetch', listener, true);
  };

  /** Calls `see` before the method or setter at `key`. A proxy, because the function then still looks native. */
  const watch = (
    holder: object,
    name: string,
    key: 'value' | 'set',
    see: (self: unknown, args: unknown[]) => void,
  ) => {
    const descriptor = Object.getOwnPropertyDescriptor(holder, name);
    const native: unknown = descriptor?.[key];
    if (typeof native !== 'function') return;
    const watched: unknown = new Proxy(native, {
      apply(target, self, args) {
        see(self ?? scope, args);
        return Reflect.apply(target, self, args);
      },
    });
    Object.defineProperty(holder, name, { ...descriptor, [key]: watched });
    restore.push(() => {
      // What the site has put there since is its own.
      if (Object.getOwnPropertyDescriptor(holder, name)?.[key] !== watched) return;
      Object.defineProperty(holder, name, { ...descriptor });
    });
  };

  watch(EventTarget.prototype, 'addEventListener', 'value', (self, [type]) => {
    if (self === scope && type === 'fetch') listen();
  });
  for (let holder: object | null = scope; holder; holder = Object.getPrototypeOf(holder)) {
    watch(holder, 'onfetch', 'set', listen);
  }
  queueMicrotask(() => {
    for (const undo of restore) undo();
  });
}
