import type { ClientMessage } from '../platform/site-clients.ts';

interface Runtime {
  id: string;
  onMessage: { addListener(listener: (message: unknown, sender: { id?: string }) => void): void };
}

/**
 * Gives the page what its service worker, emulated where nothing can be added to the real one, posts to it:
 * https://w3c.github.io/ServiceWorker/#client-postmessage
 */
export function deliverClientMessages(runtime: Runtime): void {
  runtime.onMessage.addListener((posted, { id }) => {
    const { to, origin, message } = (posted ?? {}) as Partial<ClientMessage>;
    // The frame may show another site by now.
    if (id !== runtime.id || to !== 'client' || origin !== self.origin) return;
    navigator.serviceWorker.getRegistration().then(
      (registration) => {
        const source = registration?.active ?? null;
        const event = new MessageEvent('message', { data: message, origin, source });
        navigator.serviceWorker.dispatchEvent(event);
      },
      (error: unknown) => console.debug('Backfetch: a message of a service worker was lost.', error),
    );
  });
}
