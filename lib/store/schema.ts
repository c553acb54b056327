/**
 * What is in the database. Every step of a download is written here before it is acted on; starting again from
 * these rows is the normal path, not a special one.
 */
import type { SourceList } from '../policy/content-security-policy.ts';
import type { BackgroundFetchEventName } from '../protocol/calls.ts';
import type {
  BackgroundFetchFailureReason,
  BackgroundFetchResult,
  ImageResource,
  RecordResult,
  RequestHead,
  ResponseHead,
} from '../protocol/wire.ts';

/**
 * - `pending`: asks the person.
 * - `active`: downloads, or waits for the line or for another try.
 * - `paused`: by the person.
 * - `settled`: all records have a result; the site does not know yet.
 * - `delivering`: the site's service worker has been told and is at work.
 * - `done`: acknowledged; bytes and records are gone, this row stays as a line of history.
 */
export type State = 'pending' | 'active' | 'paused' | 'settled' | 'delivering' | 'done';

/**
 * How a settled background fetch reached the site: its event, or (last resort) the cache `background-fetch:<id>`.
 * `dropped`: not at all, the person did not want to wait for that. `expired`: not at all, it waited for the site too long.
 */
export type DeliveredBy = '' | 'event' | 'cache' | 'dropped' | 'expired';

export interface BackgroundFetchRow {
  /** Random; says nothing about other downloads. */
  key: string;
  /** Serialised origin of the service-worker registration's scope. */
  origin: string;
  /** The service-worker registration's scope URL. */
  scope: string;
  id: string;
  title: string;
  icons: ImageResource[];
  /** Bytes; 0 for unknown. */
  downloadTotal: number;
  /** Bytes of response bodies that arrived; may fall when a record starts again. */
  downloaded: number;
  uploadTotal: number;
  uploaded: number;
  /** Bytes of response bodies in the database; the rest of `downloaded` is on its way there. */
  storedBytes: number;
  /** Whether pieces of bodies were written to files (see body-files.ts). */
  hasFiles?: boolean;
  /** Number of records, and of those with a result. */
  recordCount: number;
  settledCount: number;
  /** The first result of a record that was no success: becomes the failure reason. */
  firstFailure: BackgroundFetchFailureReason;
  state: State;
  /**
   * 1 while it is in its registration's map of active background fetches
   * (https://wicg.github.io/background-fetch/#service-worker-registration-active-background-fetches), else 0.
   */
  listed: 0 | 1;
  /** What the page that asked might connect to: see lib/policy/content-security-policy.ts. */
  connectSources: SourceList[];
  /** That page's URL, or the worker's; '' for none: for requests whose referrer is "about:client". */
  referrer: string;
  /** That page's, for requests that have none of their own. */
  referrerPolicy: ReferrerPolicy;
  /** Whether every request is a GET: others can't be repeated, so the person can't pause them. */
  pausable: boolean;
  result: BackgroundFetchResult;
  failureReason: BackgroundFetchFailureReason;
  recordsAvailable: boolean;
  /** Times: ms since the epoch; 0 for not yet. */
  startedAt: number;
  settledAt: number;
  doneAt: number;
  /**
   * When the next try is due (ms since the epoch), of a record or, once settled, of the hand-off; 0 while none waits.
   * `failedTries` of `triesAllowed` tries of that record have failed.
   */
  retryAt: number;
  failedTries: number;
  triesAllowed: number;
  deliveredBy: DeliveredBy;
  deliveryAttempts: number;
  /** Hand-offs in which the site was there, but its service worker could not be told. */
  unreachableAttempts: number;
}

/**
 * Bytes `start`..`end` (exclusive) of the Blob in the `bodies` row `body`. Small bodies share a row; a piece of
 * {@link OWN_ROW_BYTES} or more has one of its own.
 */
export interface Piece {
  body: number;
  start: number;
  end: number;
}

/** In bytes. */
export const OWN_ROW_BYTES = 256 * 1024;

export interface RecordRow {
  /** Key of its background fetch, and position in its list of records. Primary key together. */
  fetchKey: string;
  index: number;
  request: RequestHead;
  requestBody: Blob | null;
  /** See {@link RecordResponse.generation}. */
  generation: number;
  response: ResponseHead | null;
  result: RecordResult;
  /** The stored body in order. */
  pieces: Piece[];
  /** Sum of the pieces, in bytes. */
  storedBytes: number;
  /** Set when the extension must not make this request itself: it left the site's origin by a redirect. */
  asSite: boolean;
  /** A request that must not be made twice (no GET or HEAD) has been made. */
  sent: boolean;
  /** Tries that ended in a network error or a status worth trying again, since bytes last arrived. */
  failedTries: number;
  /** Not before this time (ms since the epoch). */
  retryAt: number;
}

/** Bytes of one or more records of one background fetch. */
export interface BodyRow {
  /** Auto-incremented. */
  id: number;
  fetchKey: string;
  /** The bytes, or the name of the file that holds them (see body-files.ts). */
  content: Blob | string;
}

/** The icon of a background fetch, as it was fetched. */
export interface IconRow {
  fetchKey: string;
  /** The one of its icons that this is. */
  url: string;
  /** Null where it could not be had. */
  image: Blob | null;
}

/** What happened to a background fetch, for bug reports and developers. */
export interface LogRow {
  /** Auto-incremented. */
  id: number;
  fetchKey: string;
  /** Ms since the epoch. */
  at: number;
  /** A state that it moved to, an event that its site got, or what befell a record. */
  event:
    | State
    | BackgroundFetchEventName
    | 'record'
    | 'retry'
    | 'restart'
    | 'handler error'
    | 'delivery failed';
  /** In English, for developers; '' where the event says all. No URLs. */
  detail: string;
}

export type Permission = 'allow' | 'ask' | 'block';

/** What the person said about a site. */
export interface SiteRow {
  origin: string;
  permission: Permission;
}

/** The person's choices. */
export interface Settings {
  /** Replace the browser's own Background Fetch where it has one. */
  takeOver: boolean;
  /** Tell by a notification when a download has ended. */
  notify: boolean;
  /** What sites may do of which the person has said nothing. */
  permission: Permission;
  /** Requests that run at once. */
  connections: number;
  /** Bytes per second of all downloads together; 0 for as many as the line gives. */
  bandwidth: number;
  /** Download only while the line is not paid for by volume. */
  waitWhileMetered: boolean;
  /** For so many days a result waits for its site. */
  keepDays: number;
}

export interface SettingsRow extends Settings {
  name: 'settings';
}
