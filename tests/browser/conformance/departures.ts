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
    requirement: 'the referrer goes out as the request and its policy say',
    of: OURS,
    reason: "A request to the site's own origin is the extension's, which can't name a page as its referrer.",
  },
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
];
