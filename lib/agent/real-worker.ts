import type { EventOrder } from '../protocol/calls.ts';
import { type Failure, MARKER, type Pong, type WorkerMessage } from '../worker/marker.ts';

/** Firefox ends a service worker ~60 s after the last message, whatever it waits for. */
const KEEP_ALIVE_MS = 10_000;
/** A stopped worker has to start first; where that takes longer, an update does no harm and the second ping waits. */
const FIRST_PING_MS = 3_000;
const SECOND_PING_MS = 10_000;
const UPDATE_MS = 30_000;
/** Pings in a row that tell that the event is lost: one may have crossed the message that the event is over. */
const LOST_AFTER = 2;

/** The worker that understands us is installed, but waits until no page (nor host frame) uses the old one. */
export class NewWorkerWaits extends Error {
  override name = 'NewWorkerWaits';
}

/**
 * Fires a functional event in the registration's active service worker, which our shim stands ahead of. Resolves when
 * the event is over. Rejects with {@link NewWorkerWaits} or with an Error that says why the worker could not be
 * reached or lost the event; then it may be fired again.
 */
export async function fireInServiceWorker(
  registration: ServiceWorkerRegistration,
  order: EventOrder,
  port: MessagePort,
): Promise<void> {
  if (!(await ping(registration, FIRST_PING_MS))) {
    await replaceWorker(registration);
    if (!(await ping(registration, SECOND_PING_MS)))
      throw new Error("The site's service worker does not answer.");
  }
  const worker = activeWorker(registration);
  const over = new MessageChannel();
  let keepAlive: ReturnType<typeof setInterval> | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      over.port1.onmessage = ({ data }: MessageEvent<Failure>) =>
        data === null ? resolve() : reject(new Error(data));
      worker.postMessage({ [MARKER]: order } satisfies WorkerMessage, [port, over.port2]);
      let missed = 0;
      keepAlive = setInterval(async () => {
        const pong = await askPong(worker, KEEP_ALIVE_MS);
        missed = pong === 'busy' ? 0 : missed + 1;
        if (missed === LOST_AFTER)
          reject(new Error(`The service worker ended before its ${order.event} event did.`));
      }, KEEP_ALIVE_MS);
    });
  } finally {
    clearInterval(keepAlive);
    over.port1.close();
  }
}

/** Whether the registration's active service worker has our shim. */
export async function ping(registration: ServiceWorkerRegistration, timeoutMs: number): Promise<boolean> {
  return (await askPong(activeWorker(registration), timeoutMs)) !== null;
}

function activeWorker({ active }: ServiceWorkerRegistration): ServiceWorker {
  if (!active) throw new Error('The site has no active service worker.');
  return active;
}

/** Null when no answer comes in time. */
async function askPong(worker: ServiceWorker, timeoutMs: number): Promise<Pong | null> {
  const { port1, port2 } = new MessageChannel();
  try {
    return await within(
      timeoutMs,
      new Promise<Pong>((resolve) => {
        port1.onmessage = ({ data }) => resolve(data);
        worker.postMessage({ [MARKER]: 'ping' } satisfies WorkerMessage, [port2]);
      }),
    );
  } finally {
    port1.close();
  }
}

/** A worker from before the extension came: an update, if its script is not ours yet, installs it through us. */
async function replaceWorker(registration: ServiceWorkerRegistration): Promise<void> {
  // Its fetch may hang, and nothing else would end the hand-off then.
  await within(UPDATE_MS, registration.update());
  const worker = registration.installing ?? registration.waiting;
  if (!worker) return;
  const state = await within(UPDATE_MS, settledState(worker));
  if (state === 'redundant')
    throw new Error("The new version of the site's service worker could not be installed.");
  if (state === null) {
    throw new NewWorkerWaits(
      "The new version of the site's service worker waits until its open pages are closed.",
    );
  }
}

function settledState(worker: ServiceWorker): Promise<ServiceWorkerState> {
  return new Promise((resolve) => {
    const look = () => {
      if (worker.state === 'activated' || worker.state === 'redundant') resolve(worker.state);
    };
    worker.addEventListener('statechange', look);
    look();
  });
}

/** What the promise gives, or null after `ms`. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
