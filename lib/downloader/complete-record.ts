import { extractContentRangeValues } from '../core/content-range.ts';
import { getHeader } from '../core/headers.ts';
import { validatePartialResponse } from '../core/validate-partial-response.ts';
import { declaredLength, isCoded, isResumable, strongValidator } from '../core/validator.ts';
import { HostFrameRefused } from '../host-frame/host-frame-refused.ts';
import { refusal } from '../policy/refusal.ts';
import type { HeaderList, RecordResult, RequestHead, ResponseHead } from '../protocol/wire.ts';
import type { RecordRow } from '../store/schema.ts';
import { BodyPiece } from './body-piece.ts';
import type { Job } from './job.ts';
import type { Received } from './received.ts';
import { backoff, isRetryableStatus, MAX_TRIES, MAX_TRIES_UNANSWERED, retryAfter } from './retry.ts';

/** Bytes are stored when so many have come: each time costs a transaction, and another file to be read at the hand-off … */
const PIECE_BYTES = 16 * 1024 * 1024;
/** … or after this time (ms), so that little is lost when the browser dies on a slow line. */
const PIECE_TIME = 2000;
/** A body that could be continued is asked for anew when nothing of it has come for so long (ms). */
const STALL_TIME = 60_000;
/**
 * Where streams have no backpressure, a response that may be broken off is so when the disk takes nothing for this time (ms):
 * what comes meanwhile piles up in memory.
 */
const DISK_PATIENCE = 100;
/** Where it can't be continued, or no answer has begun, more patience costs less than asking anew (ms). */
const SILENCE_TIME = 300_000;

/**
 * Fetches a record to its result, in as many requests as it takes.
 * https://wicg.github.io/background-fetch/#complete-a-record
 *
 * Rejects with an AbortError when the job is stopped; what has come by then is kept.
 */
export async function completeRecord(job: Job, record: RecordRow): Promise<void> {
  while (record.result === '') {
    await job.untilDue(record, triesAllowed(job, record));
    await job.online();
    await job.withSlot(() => attempt(job, record));
  }
}

async function attempt(job: Job, record: RecordRow): Promise<void> {
  // It was made, and what came of it got lost: the server may have acted on it.
  if (record.sent) return end(job, record, 'fetch-error');
  await job.surroundings.bandwidth.ready(job.signal);
  // Also where only the head came: the next answer may be of another version.
  if (record.response !== null && (record.storedBytes === 0 || !canResume(job, record)))
    await job.gain(record, { restart: true });
  const rangeStart = record.storedBytes;
  const range = rangeStart > 0 ? rangeFor(job, record) : null;
  let received: Received;
  try {
    received = await send(job, record, range);
  } catch (error) {
    return failed(job, record, error);
  }
  const { status, headers } = received.head;
  if (isRetryableStatus(status) && isRepeatable(record) && record.failedTries + 1 < MAX_TRIES) {
    received.cancel();
    const delay = retryAfter(headers, Date.now());
    job.course(record).askedToWait = delay !== null || status === 429;
    return tryAgain(job, record, delay);
  }
  if (status === 206) {
    const valid = validatePartialResponse(
      rangeStart,
      headers,
      rangeStart > 0 ? previousResponse(record) : null,
    );
    if (!valid || (rangeStart > 0 && isCoded(headers))) {
      received.cancel();
      // The specification ends with "fetch-error" here. Where it was we who asked for the range, the whole can still be had.
      return rangeStart > 0 ? startAgain(job, record) : end(job, record, 'fetch-error');
    }
  } else if (rangeStart > 0) {
    if (status === 416) {
      received.cancel();
      const complete = /^bytes \*\/(\d+)$/.exec(getHeader(headers, 'content-range') ?? '')?.[1];
      // The answer has no validator: only the length that this version was announced with tells that it is whole.
      const isWhole = Number(complete) === rangeStart && announcedLength(record) === rangeStart;
      return isWhole ? end(job, record, 'success') : startAgain(job, record);
    }
    // "redundant": the server sends the whole again. After a failure that is a setback as any other.
    if (!mayBeginAgain(job, record, record.failedTries > 0)) {
      received.cancel();
      return end(job, record, 'fetch-error');
    }
    await job.gain(record, { restart: true });
  }
  if (record.response === null) await job.gain(record, { change: { response: received.head } });
  await receive(job, record, received, range);
}

/** Receives a response's body and decides on the record's result. */
async function receive(
  job: Job,
  record: RecordRow,
  received: Received,
  range: HeaderList | null,
): Promise<void> {
  const { head } = received;
  const limit = range ? Number.POSITIVE_INFINITY : firstPartLimit(job, record, head);
  // Bytes that can't be continued are no progress: the next try would fetch them all again.
  const isProgress = canResume(job, record) && (record.generation === 0 || head.status === 206);
  let outcome: BodyOutcome;
  try {
    outcome = await receiveBody(job, record, received, limit, isProgress);
  } catch (error) {
    return failed(job, record, error);
  }
  if (outcome === 'cut') return;
  if (outcome === 'download-total-exceeded') return end(job, record, outcome);
  if (head.status === 206) return decidePart(job, record, head);
  const complete = completeLength(head);
  const hasBody = record.request.method !== 'HEAD' && head.status !== 304;
  if (hasBody && complete !== null && record.storedBytes !== complete) {
    return failed(job, record, new TypeError(`${record.storedBytes} of ${complete} bytes came.`));
  }
  return end(job, record, head.status >= 200 && head.status <= 299 ? 'success' : 'bad-status');
}

/** Decides what a part of the body, now stored, makes of the record: a result, another try, or (neither) the next part. */
async function decidePart(job: Job, record: RecordRow, head: ResponseHead): Promise<void> {
  const range = extractContentRangeValues(head.headers);
  const complete = range?.completeLength ?? announcedLength(record);
  if (!range || complete === null) {
    if (!canResume(job, record)) return end(job, record, 'fetch-error');
    // Whether that was the whole nobody says, and no other part would tell.
    job.course(record).ranges = 'nothing';
    return startAgain(job, record);
  }
  const announced = Math.min(range.lastBytePos + 1, complete);
  if (record.storedBytes > announced) return startAgain(job, record);
  if (record.storedBytes === complete) return end(job, record, 'success');
  // A part that brought not a single byte: asking again at once would go round in circles.
  const isStuck = record.storedBytes === range.firstBytePos;
  if (canResume(job, record) && !isStuck) return;
  // All that the server means to send, and there is no asking for more.
  if (record.storedBytes === announced) return end(job, record, 'fetch-error');
  return failed(job, record, new TypeError('The server sent fewer bytes than it announced.'));
}

type BodyOutcome = 'end' | 'cut' | 'download-total-exceeded';

async function receiveBody(
  job: Job,
  record: RecordRow,
  received: Received,
  limit: number,
  isProgress: boolean,
): Promise<BodyOutcome> {
  const { bandwidth, segmentBytes } = job.surroundings;
  const backpressure = segmentBytes === Number.POSITIVE_INFINITY;
  const newPiece = () => new BodyPiece(() => job.surroundings.openFile(job.row.key));
  let piece = newPiece();
  let storedAt = Date.now();
  const store = async () => {
    if (piece.size === 0) return;
    const bytes = piece.end();
    piece = newPiece();
    storedAt = Date.now();
    await job.gain(record, { bytes, change: isProgress ? { failedTries: 0, retryAt: 0 } : {} });
  };
  try {
    const patience = canResume(job, record) ? STALL_TIME : SILENCE_TIME;
    const next = async () => {
      const reading = unlessSilent(patience, received.read(), received.cancel);
      // Where the line goes quiet the site, which reads what is stored, still gets what has come.
      if (piece.size > 0 && !(await settlesWithin(PIECE_TIME, reading))) await store();
      return reading;
    };
    for (let chunk = await next(); chunk; chunk = await next()) {
      const length = chunk instanceof Blob ? chunk.size : chunk.byteLength;
      if (!job.arrive(length)) {
        received.cancel();
        return 'download-total-exceeded';
      }
      bandwidth.spend(length);
      const adding = piece.add(chunk);
      const isFull = record.storedBytes + piece.size >= limit;
      const mayCut = limit !== Number.POSITIVE_INFINITY;
      if (isFull || (mayCut && !(await settlesWithin(DISK_PATIENCE, adding)))) {
        received.cancel();
        await adding;
        return 'cut';
      }
      await adding;
      if (piece.size >= PIECE_BYTES || Date.now() - storedAt >= PIECE_TIME) await store();
      // Without backpressure the rest of the segment is on its way, read or not: the next one has to wait for it.
      if (backpressure) await bandwidth.ready(job.signal);
    }
    return 'end';
  } finally {
    await store();
  }
}

/** Whether the promise settles within this time (ms). */
async function settlesWithin(time: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const settled = promise.then(
    () => true,
    () => true,
  );
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, time, false);
  });
  try {
    return await Promise.race([settled, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What comes, if it does within this time (ms); else calls `stop` and rejects with its TypeError. */
async function unlessSilent<Value>(
  time: number,
  coming: Promise<Value>,
  stop: (error: TypeError) => void,
): Promise<Value> {
  const silent = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new TypeError(`Nothing has come for ${time / 1000} seconds.`);
    stop(error);
    silent.reject(error);
  }, time);
  try {
    return await Promise.race([coming, silent.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** The headers that ask for what is missing. */
function rangeFor(job: Job, record: RecordRow): HeaderList {
  const { segmentBytes } = job.surroundings;
  const last = Number.isFinite(segmentBytes) ? record.storedBytes + segmentBytes - 1 : '';
  const headers: HeaderList = [['range', `bytes=${record.storedBytes}-${last}`]];
  const validator = strongValidator(record.response?.headers ?? []);
  // If-Range would need a preflight across origins; there the validator is compared when the answer is here.
  if (validator !== null && !goesAsSite(job, record)) headers.push(['if-range', validator]);
  return headers;
}

/** What is stored of a body, as `validate a partial response` compares it. */
function previousResponse({ response }: RecordRow) {
  return response && { headers: response.headers, completeLength: completeLength(response) };
}

/** Across origins Content-Encoding is hidden, and Content-Length may be that of a coded body. */
function completeLength(head: ResponseHead): number | null {
  if (head.status === 206) return extractContentRangeValues(head.headers)?.completeLength ?? null;
  return head.type === 'cors' ? null : declaredLength(head.headers);
}

/** The length that the response whose body is stored was announced with. */
function announcedLength({ response }: RecordRow): number | null {
  return response && completeLength(response);
}

/** A site that asks for a range itself gets that, whole, or nothing. The browser checks integrity over a whole body only. */
function canResume(job: Job, record: RecordRow): boolean {
  const { request, response } = record;
  const ownRange = getHeader(request.headers, 'range') !== null;
  return (
    request.method === 'GET' &&
    !ownRange &&
    request.integrity === '' &&
    job.course(record).ranges !== 'nothing' &&
    response !== null &&
    isResumable(response.headers)
  );
}

/**
 * After how many bytes the first response is broken off, to go on in segments. Not where the server has answered a range
 * with something else: what it says of ranges may not be true.
 */
function firstPartLimit(job: Job, record: RecordRow, head: ResponseHead): number {
  const { segmentBytes } = job.surroundings;
  const length = declaredLength(head.headers);
  const ranges =
    getHeader(head.headers, 'accept-ranges')?.toLowerCase() === 'bytes' && canResume(job, record);
  const isTrusted = ranges && job.course(record).ranges === 'all';
  return head.status === 200 && isTrusted && length !== null && length > segmentBytes
    ? segmentBytes
    : Number.POSITIVE_INFINITY;
}

/**
 * Everything but a plain read of the site's own origin is fetched as the site: across origins the browser has to enforce
 * CORS; a non-GET would carry the extension's Origin; integrity is the browser's to check.
 */
function goesAsSite(job: Job, { request, asSite }: RecordRow): boolean {
  const plain = request.method === 'GET' || request.method === 'HEAD';
  const ours = plain && request.cache !== 'only-if-cached';
  return asSite || !ours || request.integrity !== '' || new URL(request.url).origin !== job.row.origin;
}

async function send(job: Job, record: RecordRow, range: HeaderList | null): Promise<Received> {
  const request = requestFor(job, record, range);
  const silence = new AbortController();
  const outgoing = {
    request,
    body: record.requestBody,
    signal: AbortSignal.any([job.signal, silence.signal]),
    uploaded: (bytes: number) => job.upload(bytes),
  };
  const answer = <Head>(coming: Promise<Head>) =>
    isHeadSoon(record) ? unlessSilent(SILENCE_TIME, coming, (error) => silence.abort(error)) : coming;
  if (!isRepeatable(record)) {
    await job.gain(record, { change: { sent: true } });
    await job.drain();
  }
  if (!goesAsSite(job, record)) {
    const received = await answer(job.surroundings.sameOriginRequest(outgoing));
    if (received !== 'redirected') return received;
    if (request.redirect !== 'follow')
      throw new Refused('The server redirects, and the request does not follow.');
    await job.gain(record, { change: { asSite: true } });
  }
  const received = await answer(job.surroundings.siteRequest(job.row, outgoing));
  const { url, redirected } = received.head;
  const why = refusal(job.row, new URL(url), redirected);
  if (why === null) return received;
  received.cancel();
  throw new Refused(why);
}

/** Not where the request's own body goes out first, nor where the browser shows no answer before it has checked all of it. */
function isHeadSoon(record: RecordRow): boolean {
  return isRepeatable(record) && record.request.integrity === '';
}

/** The site may not have this response; trying again would change nothing. */
class Refused extends TypeError {}

/**
 * The browser's cache keeps the start of a body that broke off, and would itself ask for the rest: an answer that doesn't
 * continue it was spliced in Firefox. So all but the first request pass it by.
 */
function requestFor(job: Job, record: RecordRow, range: HeaderList | null): RequestHead {
  const { generation } = record;
  const { row } = job;
  const referrer = record.request.referrer === 'about:client' ? row.referrer : record.request.referrer;
  const referrerPolicy = record.request.referrerPolicy || row.referrerPolicy;
  const request = { ...record.request, referrer, referrerPolicy };
  if (range) return { ...request, headers: [...request.headers, ...range], cache: 'no-store' };
  return generation > 0 && request.cache !== 'only-if-cached' ? { ...request, cache: 'reload' } : request;
}

function end(job: Job, record: RecordRow, result: RecordResult): Promise<void> {
  return job.gain(record, { change: { result, retryAt: 0 } });
}

/** A network error: waits for the line, plans another try, or ends the record. */
async function failed(job: Job, record: RecordRow, error: unknown): Promise<void> {
  job.signal.throwIfAborted();
  job.course(record).askedToWait = false;
  if (!(error instanceof TypeError)) throw error;
  if (error instanceof Refused) return end(job, record, 'fetch-error');
  const { method, url } = record.request;
  console.warn(`Backfetch: a request of ${job.row.origin} failed: ${method} ${new URL(url).origin}`, error);
  const isUnsent = error instanceof HostFrameRefused;
  if (!isRepeatable(record)) {
    if (!isUnsent) return end(job, record, 'fetch-error');
    await job.gain(record, { change: { sent: false } });
  }
  // Without a line nothing is wrong with the request: it does not count as a try.
  if (!navigator.onLine) return;
  // That the site can't be reached says nothing of the server that was to be asked.
  const allowed = isUnsent ? MAX_TRIES : triesAllowed(job, record);
  if (record.failedTries + 1 < allowed) return tryAgain(job, record, null);
  if (!isMaybeCoded(job, record)) return end(job, record, 'fetch-error');
  job.course(record).ranges = 'nothing';
  return job.gain(record, { restart: true, change: nextTry({ failedTries: 0 }, null) });
}

/**
 * Whether what is stored may be the start of a compressed body, of which the browser could decode no part: across origins
 * Content-Encoding is hidden unless the server exposes it. Such a body can be had from zero only.
 */
function isMaybeCoded(job: Job, record: RecordRow): boolean {
  return record.storedBytes > 0 && record.response?.type === 'cors' && canResume(job, record);
}

/** A request that may be made again without the server acting twice: RFC 9110 section 9.2.1. */
function isRepeatable({ request }: RecordRow): boolean {
  return request.method === 'GET' || request.method === 'HEAD';
}

function triesAllowed(job: Job, record: RecordRow): number {
  const unanswered = record.response === null && goesAsSite(job, record);
  return unanswered ? MAX_TRIES_UNANSWERED : MAX_TRIES;
}

function tryAgain(job: Job, record: RecordRow, delay: number | null): Promise<void> {
  return job.gain(record, { change: nextTry(record, delay) });
}

/**
 * Notes that the server's answer doesn't continue what is stored. It may answer so for ever: says false after too many
 * setbacks, for which bytes between don't make up.
 */
function mayBeginAgain(job: Job, record: RecordRow, isSetback: boolean): boolean {
  const course = job.course(record);
  if (course.ranges === 'all') course.ranges = 'resume';
  if (isSetback) course.setbacks += 1;
  return course.setbacks < MAX_TRIES;
}

/** Fetches the body from zero, since what came doesn't continue it; that counts as a try. */
function startAgain(job: Job, record: RecordRow): Promise<void> {
  if (!mayBeginAgain(job, record, true) || record.failedTries + 1 >= MAX_TRIES)
    return end(job, record, 'fetch-error');
  return job.gain(record, { restart: true, change: nextTry(record, null) });
}

function nextTry(
  record: Pick<RecordRow, 'failedTries'>,
  delay: number | null,
): Pick<RecordRow, 'failedTries' | 'retryAt'> {
  const failedTries = record.failedTries + 1;
  // A server that asks for no patience at all, or for less than it needs, would have all tries at once.
  return { failedTries, retryAt: Date.now() + Math.max(delay ?? 0, backoff(failedTries)) };
}
