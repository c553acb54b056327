import type { ResponseHead } from '../protocol/wire.ts';
import { contentLength } from './validator.ts';

/** https://fetch.spec.whatwg.org/#null-body-status, of those that may come with a Content-Length. */
const NOT_MODIFIED = 304;

/** Browsers may round times so far (ms), against fingerprinting. */
const CLOCK_STEP = 100;

/** Gives a response's next bytes, or null at its end. */
type Read<Piece> = () => Promise<Piece | null>;

export interface BodyWatch {
  /** `read` that rejects with a TypeError where the body ends before its end. */
  whole<Piece>(head: Pick<ResponseHead, 'status' | 'headers'>, read: Read<Piece>): Read<Piece>;
  /** To be called when nobody will read. */
  stop(): void;
}

/**
 * Watches whether the body of what is requested comes to its end. Firefox gives a content-coded one out as whole when the
 * connection is closed in its middle: then only the count of bytes on the line tells. To be called before the request
 * is made; it lasts until `signal` is aborted at most.
 */
export function watchBody({ url, method }: { url: string; method: string }, signal: AbortSignal): BodyWatch {
  const timings: PerformanceResourceTiming[] = [];
  const begunAt = performance.now() - CLOCK_STEP;
  const keep = (entries: PerformanceEntryList) => {
    for (const entry of entries) {
      // What is told late of a request before this one, for the same, is none of its.
      if (entry.name === url && entry.startTime >= begunAt) timings.push(entry as PerformanceResourceTiming);
    }
  };
  const observer = new PerformanceObserver((list) => keep(list.getEntries()));
  observer.observe({ type: 'resource' });
  const stop = () => {
    observer.disconnect();
    signal.removeEventListener('abort', stop);
  };
  signal.addEventListener('abort', stop);

  return {
    whole({ status, headers }, read) {
      const length = method === 'HEAD' || status === NOT_MODIFIED ? null : contentLength(headers);
      return async () => {
        try {
          const piece = await read();
          if (piece !== null) return piece;
        } catch (error) {
          stop();
          throw error;
        }
        // The browser counts before it tells of the end, but may not have told the observer yet.
        keep(observer.takeRecords());
        stop();
        // Two requests of one URL at a time can't be told apart: rather is one too many made again.
        const short = timings.find((timing) => length !== null && isShort(timing, length));
        if (short) throw new TypeError(`${short.encodedBodySize} of ${length} bytes came.`);
        return null;
      };
    },
    stop,
  };
}

/** What the browser does not tell is zero; what a service worker answered with has no length on a line. */
function isShort(timing: PerformanceResourceTiming, length: number): boolean {
  const { transferSize, encodedBodySize, workerStart } = timing;
  return transferSize + encodedBodySize > 0 && workerStart === 0 && encodedBodySize < length;
}
