/**
 * Where an implementation departs from a standard, each with its reason. What is listed of ours has to fail; all else to pass.
 *
 * What is known of ours besides, and has no requirement in the suite:
 * - Responses have own properties (url, type, redirected, status, clone), and their headers too (append, delete, set): no
 *   script can set the slots that these tell of.
 * - isTrusted of progress events, and of a permission's change event, is false: it is unforgeable.
 * - The change event of a permission comes when the person is back at the page: the window has the focus again.
 * - Requests into the local network from a public site are refused: Local Network Access asks the person in a page, and where
 *   there is none nobody could ask. Of these, and of what the page's policies block, fetch() tells by a TypeError at once.
 * - Bounds: 20,000 requests a fetch, 256 headers a request, 64 KiB an id, a header or a URL.
 * - A frame of the same site but another origin than the page is refused as a cross-site one: to tell them apart takes the
 *   public suffix list.
 * - In Firefox a worker in which no event of ours runs can't call us where its connect-src lacks 'self'.
 * - In Chromium's emulated worker: no memory shared with the real one, no WindowClient.navigate(), no transfer lists in
 *   postMessage(), no pushManager or navigationPreload; nobody but the browser has these.
 * - unregister() clears at once, also while pages use the registration: no event tells when the last has gone.
 * - In insecure contexts, where no registration can be had, the interface objects are missing too.
 * - A record that was matched before it had a response, and whose response is asked for first when the records are gone,
 *   rejects with a TypeError: to keep all those of a large fetch would take as many calls as it has records.
 */
import type { Implementation } from './suite.ts';

export interface Departure {
  /** The name of a requirement of the suite. */
  requirement: string;
  of: Implementation[];
  reason: string;
  /** What is required never comes, or much too late: such a test is not waited for long. */
  hangs?: true;
  /** The browser may crash, so that it is not even tried. */
  crashes?: true;
}

const NATIVE: Implementation[] = ['native in Chromium'];
const OURS: Implementation[] = ['ours in Firefox', 'ours in Chromium'];

/** The requirements of service-worker.test.ts that need the real service worker outside of an event. */
const WORKER_CALLS = [
  'a worker begins, gets and lists background fetches',
  'one background fetch is one object in a worker',
  'a worker matches records and aborts what a page has begun',
  'a worker sends bodies and gets errors as a page does',
];
/** The same, of which no word comes there. */
const WORKER_CALLS_UNHEARD = [
  'a worker that has seen a background fetch is up to date, and hears of progress',
  'a worker is heard with no page open',
];

const NO_WORKER = {
  of: ['ours in Chromium'] satisfies Implementation[],
  reason:
    'Nothing can be added to a service worker there; it is emulated while an event of ours lasts, and only then.',
};

/** Those of updates.test.ts in which the site has a script that is not the active worker's yet. */
const UPDATES = [
  'an event comes to the active worker while another version waits',
  'an event comes to the active worker while another version installs',
];

const STREAMS =
  'The Request of Firefox takes no streams as bodies: it makes a string of them. Only another Request class in the place of its own could.';

export const departures: Departure[] = [
  {
    requirement: 'a body that breaks rejects with a TypeError',
    of: ['ours in Firefox'],
    reason: STREAMS,
  },
  {
    requirement: 'a stream is read to its end before it resolves',
    of: ['ours in Firefox'],
    reason: STREAMS,
  },
  {
    requirement: 'dedicated workers have the interfaces that all workers have',
    of: OURS,
    reason:
      'An extension has no scripts in them. Firefox would let it write ahead of those that are loaded, at every site and never of blob: ones; and as they have no service-worker registration, they could do nothing with the interfaces.',
  },
  {
    requirement: 'the events are trusted',
    of: OURS,
    reason: 'What a script dispatches is not trusted, and isTrusted is unforgeable.',
  },
  {
    requirement: 'keep their url in a cache',
    of: OURS,
    reason:
      'No script can give a response a URL that the cache sees: the getter of ours is all that shows it.',
  },
  ...UPDATES.map((requirement) => ({
    requirement,
    of: ['ours in Chromium'] satisfies Implementation[],
    reason:
      "The emulated worker runs the script as the site's server has it: the browser shows nobody the one that it has stored. Keeping a copy of every site's script would be the way.",
  })),
  ...WORKER_CALLS.map((requirement) => ({ requirement, ...NO_WORKER })),
  ...WORKER_CALLS_UNHEARD.map((requirement) => ({ requirement, ...NO_WORKER, hangs: true as const })),
  {
    requirement: 'an id that is in use rejects with a TypeError',
    of: NATIVE,
    reason: 'get() gives another object than fetch() did.',
  },
  {
    requirement: 'that an id is in use is told before that there is no room',
    of: NATIVE,
    reason: 'It looks for room first.',
  },
  {
    requirement: 'gives the ids of what is active, in order',
    of: NATIVE,
    reason: 'Their order is another one.',
  },
  {
    requirement: 'one background fetch is one object',
    of: NATIVE,
    reason: 'get() gives another object every time.',
  },
  {
    requirement: 'a body that breaks rejects with a TypeError',
    of: NATIVE,
    reason: 'It takes the body as empty.',
  },
  {
    requirement: 'a stream is read to its end before it resolves',
    of: NATIVE,
    reason: 'It does not read streams.',
  },
  {
    requirement: 'the id may be empty',
    of: NATIVE,
    reason: 'The promise never settles.',
    hangs: true,
  },
  {
    requirement: 'record.request has what the request had, and its body',
    of: NATIVE,
    reason: 'It keeps URL, method, headers and body only.',
  },
  {
    requirement: 'a QuotaExceededError has its class, quota and requested',
    of: NATIVE,
    reason: 'It leaves quota and requested null.',
  },
  {
    requirement: 'unregistering clears its background fetches',
    of: NATIVE,
    reason: 'It goes on with the download.',
    hangs: true,
  },
  {
    requirement: 'of a running record resolves at its headers, and its body streams what comes',
    of: NATIVE,
    reason: 'It gives no response before the background fetch has settled.',
    hangs: true,
  },
  {
    requirement: 'of a record without headers rejects with an AbortError when it is aborted',
    of: NATIVE,
    reason: 'The promise never settles.',
    hangs: true,
  },
  {
    requirement: 'the body of a running record errors with an AbortError when it is aborted',
    of: NATIVE,
    reason: 'It gives no response before the background fetch has settled.',
    hangs: true,
  },
  {
    requirement: 'the referrer goes out as the request and its policy say',
    of: NATIVE,
    reason: 'It sends no referrer.',
  },
  {
    requirement: 'what CORS does not allow makes a failure: fetch-error',
    of: NATIVE,
    reason: 'It tries again first, and tells after more than 20 s.',
    hangs: true,
  },
  {
    requirement: 'a 206 that was not asked for makes a failure: fetch-error',
    of: NATIVE,
    reason: 'The background fetch never settles.',
    hangs: true,
  },
  {
    requirement: 'that the event does not wait for resolves all the same',
    of: NATIVE,
    reason: 'The browser crashes, about every second time.',
    crashes: true,
  },
  {
    requirement: 'on an event that a script made rejects with an InvalidStateError',
    of: NATIVE,
    reason: 'It does not look whether the event is trusted.',
  },
  {
    requirement: 'ends a running one, which tells by its last progress event and by backgroundfetchabort',
    of: NATIVE,
    reason: 'The last progress event or the end of the connection does not come in time.',
    hangs: true,
  },
  {
    requirement: 'find records as the cache would',
    of: NATIVE,
    reason: 'A request that is no GET matches one of its method.',
  },
  {
    requirement: 'have the type, url and status that a fetch would give',
    of: NATIVE,
    reason: 'The type is always "default".',
  },
  {
    requirement: 'have the headers that CORS exposes, but for Content-Length and Content-Range',
    of: NATIVE,
    reason: 'It keeps Content-Length, and exposes all headers of another origin.',
  },
  {
    requirement: 'have immutable headers',
    of: NATIVE,
    reason: 'They can be changed.',
  },
  {
    requirement: 'of a bad status have the bytes that came with it',
    of: NATIVE,
    reason: 'The body is empty.',
  },
  {
    requirement: 'that failed are not exposed',
    of: NATIVE,
    reason: 'It tries again first, and tells after more than 20 s; then it rejects with an UnknownError.',
    hangs: true,
  },
  {
    requirement: 'a cross-site frame gets a NotAllowedError, and sees nothing',
    of: NATIVE,
    reason: 'It lets frames under another site begin background fetches, in their partition.',
  },
  {
    requirement: 'a page that is restored goes on',
    of: NATIVE,
    reason: 'A page with a background fetch is not kept in the back/forward cache.',
    hangs: true,
  },
  {
    requirement: 'permissions.query() knows background-fetch',
    of: NATIVE,
    reason: 'The status says "background_fetch" as its name.',
  },
  {
    requirement: 'permissions.query() tells what the person said',
    of: NATIVE,
    reason: 'It goes by the setting for automatic downloads, which a test can not deny it.',
  },
  {
    requirement: 'a site that is denied gets a NotAllowedError, before its bodies are read',
    of: NATIVE,
    reason: 'It goes by the setting for automatic downloads, which a test can not deny it.',
  },
  {
    requirement: 'a worker begins, gets and lists background fetches',
    of: NATIVE,
    reason: 'It lets no worker begin one: NotAllowedError.',
  },
  {
    requirement: 'one background fetch is one object in a worker',
    of: NATIVE,
    reason: 'It lets no worker begin one: NotAllowedError.',
  },
  {
    requirement: 'a worker sends bodies and gets errors as a page does',
    of: NATIVE,
    reason: 'It lets no worker begin one: NotAllowedError.',
  },
  {
    requirement: 'a worker hears of the progress of others while it handles an event',
    of: NATIVE,
    reason: 'It performs one background fetch of a site after the other.',
    hangs: true,
  },
  {
    requirement: 'a worker is heard with no page open',
    of: NATIVE,
    reason: 'It lets no worker begin one: NotAllowedError.',
  },
];
