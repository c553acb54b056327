/**
 * Runtime ports as channels, for scripts that run in every frame of every page: no library, and nothing done on import.
 */
import type { Channel } from '../protocol/rpc.ts';

/** The part of `runtime.Port` that both browsers have and we use. */
export interface RuntimePort {
  postMessage(message: unknown): void;
  disconnect(): void;
  onMessage: { addListener(listener: (message: unknown) => void): void };
  onDisconnect: { addListener(listener: () => void): void };
}

interface Runtime {
  getURL(path: string): string;
  connect(info: { name: string }): RuntimePort;
  lastError?: unknown;
}

/** Opens a port to the background. Throws when the extension was updated or removed since this script came. */
export function connectToBackground(name: string): Channel {
  const runtime = ownRuntime();
  const port = runtime.connect({ name });
  // Chromium writes an error to the site's console unless it is read.
  port.onDisconnect.addListener(() => runtime.lastError);
  return runtimeChannel(port);
}

/** The origin of our own documents, without a slash at its end. */
export function extensionOrigin(): string {
  return ownRuntime().getURL('').slice(0, -1);
}

function ownRuntime(): Runtime {
  const { browser, chrome } = globalThis as { browser?: { runtime: Runtime }; chrome?: { runtime: Runtime } };
  const runtime = (browser ?? chrome)?.runtime;
  if (!runtime) throw new Error('The extension is gone.');
  return runtime;
}

/** A runtime port as a channel. */
export function runtimeChannel(port: RuntimePort): Channel {
  const listeners: (() => void)[] = [];
  const closed = () => {
    for (const listener of listeners.splice(0)) listener();
  };
  port.onDisconnect.addListener(closed);
  return {
    post: (message) => port.postMessage(message),
    onMessage: (listener) => port.onMessage.addListener((message) => listener(message)),
    onClose: (listener) => listeners.push(listener),
    close() {
      closed();
      try {
        port.disconnect();
      } catch (error) {
        // Chromium throws when the extension was updated or removed, and the port died with it.
        console.debug('Backfetch: a port was dead already.', error);
      }
    },
  };
}
