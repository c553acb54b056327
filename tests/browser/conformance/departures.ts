/** Where an implementation departs from a standard, each with its reason. What is listed has to fail; all else to pass. */
import type { Implementation } from './suite.ts';

export interface Departure {
  /** The name of a requirement of the suite. */
  requirement: string;
  of: Implementation[];
  reason: string;
}

const NATIVE: Implementation[] = ['native in Chromium'];
const OURS: Implementation[] = ['ours in Firefox', 'ours in Chromium'];

/** The requirements of service-worker.test.ts that need the real service worker outside of an event. */
const WORKER_CALLS = [
  'a worker begins, gets and lists background fetches',
  'one background fetch is one object in a worker',
  'a worker matches records and aborts what a page has begun',
  'a worker sends bodies and gets errors as a page does',
  'a worker is heard with no page open',
];

export const departures: Departure[] = [
  {
    requirement: 'a body that breaks rejects with a TypeError',
    of: ['ours in Firefox'],
    reason: 'The Request of Firefox takes no streams as bodies: it makes a string of them.',
  },
  {
    requirement: 'a stream is read to its end before it resolves',
    of: ['ours in Firefox'],
    reason: 'The Request of Firefox takes no streams as bodies: it makes a string of them.',
  },
  {
    requirement: 'the events are trusted',
    of: OURS,
    reason: 'What a script dispatches is not trusted, and isTrusted is unforgeable.',
  },
  {
    requirement: 'have immutable headers',
    of: OURS,
    reason: 'Those of a response that a script makes are mutable; only a fetch gives immutable ones.',
  },
  {
    requirement: 'keep their url in a cache',
    of: OURS,
    reason:
      'No script can give a response a URL that the cache sees: the getter of ours is all that shows it.',
  },
  ...WORKER_CALLS.map((requirement) => ({
    requirement,
    of: ['ours in Chromium'] satisfies Implementation[],
    reason:
      'Nothing can be added to a service worker there; it is emulated while an event of ours lasts, and only then.',
  })),
  {
    requirement: 'an id that is in use rejects with a TypeError',
    of: NATIVE,
    reason: 'get() gives another object than fetch() did.',
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
  },
  {
    requirement: 'go out with the method, headers and body that they have',
    of: NATIVE,
    reason: 'It never ends where a request has headers of its own.',
  },
  {
    requirement: 'of a running record resolves at its headers, and its body streams what comes',
    of: NATIVE,
    reason: 'It gives no response before the background fetch has settled.',
  },
  {
    requirement: 'of a record without headers rejects with an AbortError when it is aborted',
    of: NATIVE,
    reason: 'The promise never settles.',
  },
  {
    requirement: 'the body of a running record errors with an AbortError when it is aborted',
    of: NATIVE,
    reason: 'It gives no response before the background fetch has settled.',
  },
];
