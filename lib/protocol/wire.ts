/**
 * Values of the specification in the shape in which they are stored and travel between our places: plain,
 * structured-cloneable data. Bodies travel as Blobs, which are handles: no bytes are copied.
 */

/** https://wicg.github.io/background-fetch/#enumdef-backgroundfetchresult */
export type BackgroundFetchResult = '' | 'success' | 'failure';

/** https://wicg.github.io/background-fetch/#enumdef-backgroundfetchfailurereason */
export type BackgroundFetchFailureReason =
  | ''
  | 'aborted'
  | 'bad-status'
  | 'fetch-error'
  | 'quota-exceeded'
  | 'download-total-exceeded';

/** The result of a background fetch response; empty while it runs. "redundant" never gets stored: such a response is replaced. */
export type RecordResult = Exclude<BackgroundFetchFailureReason, ''> | '' | 'success';

/** Header list: name and value pairs, in order. */
export type HeaderList = [name: string, value: string][];

/** A request (https://fetch.spec.whatwg.org/#concept-request) without its body. */
export interface RequestHead {
  url: string;
  method: string;
  headers: HeaderList;
  mode: 'cors' | 'same-origin';
  credentials: RequestCredentials;
  cache: RequestCache;
  redirect: RequestRedirect;
  /** A URL, '' for no referrer, or 'about:client'. */
  referrer: string;
  referrerPolicy: ReferrerPolicy;
  integrity: string;
}

/** A response without its body: what CORS lets the site see of it, and no more. */
export interface ResponseHead {
  /** The URL of the last hop, without fragment. */
  url: string;
  status: number;
  statusText: string;
  headers: HeaderList;
  type: 'basic' | 'cors';
  redirected: boolean;
}

/** An image that a site offers for display: https://w3c.github.io/image-resource/#dom-imageresource */
export interface ImageResource {
  src: string;
  sizes?: string;
  type?: string;
  label?: string;
}

/** BackgroundFetchUIOptions, converted. */
export interface UIOptions {
  title?: string;
  icons?: ImageResource[];
}

/** A background fetch as a BackgroundFetchRegistration shows it. Sizes in bytes. */
export interface Snapshot {
  /** Tells background fetches apart, also two with the same id one after the other. */
  key: string;
  id: string;
  uploadTotal: number;
  uploaded: number;
  downloadTotal: number;
  downloaded: number;
  result: BackgroundFetchResult;
  failureReason: BackgroundFetchFailureReason;
  recordsAvailable: boolean;
}

/** A page (or frame) of a site as https://w3c.github.io/ServiceWorker/#client-interface shows it. */
export interface ClientSnapshot {
  id: string;
  url: string;
  frameType: 'top-level' | 'nested';
  visibilityState: DocumentVisibilityState;
  focused: boolean;
  /** By a service worker of its site. */
  controlled: boolean;
}

/** A background fetch record at one moment. */
export interface RecordSnapshot {
  /** Position in the background fetch's list of records, from 0. */
  index: number;
  request: RequestHead;
  requestBody: Blob | null;
  response: RecordResponse;
}

/** A background fetch response at one moment. */
export interface RecordResponse {
  /** Counts the responses of this record: one that starts again from zero is another response. */
  generation: number;
  /** Null until the headers are there. */
  head: ResponseHead | null;
  result: RecordResult;
  /**
   * The stored body in order, from the asked-for offset on. Compose them only where they are read: a composed Blob
   * that crosses processes is copied whole in Firefox.
   */
  pieces: Blob[];
}
