/**
 * How the page script (MAIN world) gets a MessagePort to the bridge (ISOLATED world): by events on the window, all within
 * document_start and so before any script of the site. Events cross the worlds synchronously, and a MessageEvent with its
 * ports, in both browsers. Firefox runs the page script first; Chromium runs scripts registered at run time in the order
 * of their ids; so it works in either order. A site that got hold of a port could do no more than it may anyway.
 */
const PORT_EVENT = 'backfetch:port';
const READY_EVENT = 'backfetch:ready';
const ALIVE_EVENT = 'alive';

/** The page script's half: `accept` gets the port, once. */
export function acceptPort(target: EventTarget, accept: (port: MessagePort) => void): void {
  const listener = (event: Event) => {
    const port = event instanceof MessageEvent ? event.ports[0] : undefined;
    if (!port) return;
    event.preventDefault();
    target.removeEventListener(PORT_EVENT, listener);
    accept(port);
  };
  target.addEventListener(PORT_EVENT, listener);
  target.dispatchEvent(new Event(READY_EVENT));
}

/** The bridge's half. */
export function offerPort(target: EventTarget, port: MessagePort): void {
  port.addEventListener(ALIVE_EVENT, (event) => event.preventDefault());
  const offer = () => target.dispatchEvent(new MessageEvent(PORT_EVENT, { ports: [port], cancelable: true }));
  const isAccepted = !offer();
  if (!isAccepted) target.addEventListener(READY_EVENT, offer, { once: true });
}

/**
 * Whether the bridge that offered this port still runs. When the extension is updated or removed, Firefox ends the bridge
 * and tells nobody: messages to it are lost. Both worlds see the same port, so an event on it is answered synchronously.
 */
export function isBridgeAlive(port: MessagePort): boolean {
  return !port.dispatchEvent(new Event(ALIVE_EVENT, { cancelable: true }));
}
