/**
 * How a site's service worker asks for a way to the background while no event of ours runs in it: it POSTs a token to
 * this path of its origin. The extension hears that before any server does and answers in its place; then the agent
 * gives the worker a port, with the token to know it by. Without the extension the request fails or finds nothing.
 */
export const KNOCK_PATH = '/.well-known/backfetch-worker';

/** In characters: a UUID. */
export const TOKEN_LENGTH = 36;
