import type { FireEvent } from './events.ts';
import type { Knocker } from './knock.ts';
import { type Failure, MARKER, type Pong, type WorkerMessage } from './marker.ts';
import type { ExtendableMessageEvent } from './service-worker.ts';

/** Answers our messages to a site's service worker, and keeps them from the site's own listeners. */
export function hearOrders(scope: EventTarget, fireEvent: FireEvent, admitted: Knocker['admitted']): void {
  let underWay = 0;
  const hear = async (order: WorkerMessage[typeof MARKER], [port, over]: readonly MessagePort[]) => {
    if (order === 'ping') {
      port?.postMessage((underWay > 0 ? 'busy' : 'pong') satisfies Pong);
      return;
    }
    if (!port) return;
    if ('token' in order) {
      admitted(order.token, port);
      return;
    }
    underWay++;
    const failure: Failure = await fireEvent(order, port).then(() => null, String);
    underWay--;
    over?.postMessage(failure);
  };
  const listener = (event: Event) => {
    const { data, ports } = event as ExtendableMessageEvent;
    const order = (data as Partial<WorkerMessage> | null)?.[MARKER];
    if (!order) return;
    event.stopImmediatePropagation();
    (event as ExtendableMessageEvent).waitUntil(hear(order, ports));
  };
  // Capturing listeners come first, also before those of modules that were imported ahead of us.
  scope.addEventListener('message', listener, true);
}
