/** Stands in for webextension-polyfill: what our own documents send each other goes to `listeners`. */
export type Listener = (message: unknown, sender: object) => Promise<unknown> | undefined;

export const ID = 'backfetch@backfetch.dev';
export const OURS = 'moz-extension://0b5c9d1e/';
export const listeners: Listener[] = [];

export default {
  runtime: {
    id: ID,
    getURL: () => OURS,
    onMessage: { addListener: (listener: Listener) => listeners.push(listener) },
  },
};
