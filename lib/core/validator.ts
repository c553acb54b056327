import type { HeaderList } from '../protocol/wire.ts';
import { getHeader } from './headers.ts';

/**
 * The strong validator of a response for use in If-Range, or null where it has none: RFC 9110 sections 8.8 and 13.1.5.
 * A Last-Modified counts as strong when the response was sent at least a second after it (section 8.8.2.2).
 */
export function strongValidator(headers: HeaderList): string | null {
  const etag = getHeader(headers, 'etag');
  if (etag !== null) return /^"[\x21\x23-\x7e\x80-\xff]*"$/.test(etag) ? etag : null;
  const lastModified = getHeader(headers, 'last-modified');
  if (lastModified === null) return null;
  const sent = Date.parse(getHeader(headers, 'date') ?? '');
  return sent - Date.parse(lastModified) >= 1000 ? lastModified : null;
}

/** Whether the bytes on the line are others than the resource's own: gzip, br … */
export function isCoded(headers: HeaderList): boolean {
  const coding = getHeader(headers, 'content-encoding');
  return coding !== null && coding.toLowerCase() !== 'identity';
}

/**
 * Whether the stored start of this response's body can be continued by a byte range: one version of the resource, and
 * bytes that are the resource's own. Offsets into a content-coded body (gzip, br …) count coded bytes, but what is
 * stored is decoded.
 */
export function isResumable(headers: HeaderList): boolean {
  return !isCoded(headers) && strongValidator(headers) !== null;
}

/** The number of bytes on the line that Content-Length announces; null where it doesn't. */
export function contentLength(headers: HeaderList): number | null {
  const value = getHeader(headers, 'content-length');
  return value !== null && /^\d{1,15}$/.test(value) ? Number(value) : null;
}

/** The body's length in bytes as Content-Length tells it; null where it doesn't, or where the body is content-coded. */
export function declaredLength(headers: HeaderList): number | null {
  return getHeader(headers, 'content-encoding') === null ? contentLength(headers) : null;
}
