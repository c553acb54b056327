import type { ImageResource } from '../protocol/wire.ts';

/** CSS pixels of the place for an icon, twice over for dense screens. */
const WANTED = 64;

/**
 * URL of the icon that fits best, or null. Of the site's own origin or inline only: it is fetched with the extension's
 * privileges, which stay with the site.
 */
export function pickIcon(icons: ImageResource[], scope: string): string | null {
  const usable = icons.flatMap((icon) => {
    const url = URL.parse(icon.src, scope);
    return url && isOwn(url, scope) ? [{ href: url.href, size: sizeOf(icon) }] : [];
  });
  const [best] = usable.toSorted((a, b) => distance(a.size) - distance(b.size));
  return best?.href ?? null;
}

function isOwn(url: URL, scope: string): boolean {
  if (url.protocol === 'data:') return url.pathname.startsWith('image/');
  // A blob: URL has its maker's origin too, but can be read there only.
  return url.protocol !== 'blob:' && url.origin === new URL(scope).origin;
}

/** The largest of https://html.spec.whatwg.org/#attr-link-sizes, in pixels; an image for any size fits; 0 for unknown. */
function sizeOf({ sizes, type }: ImageResource): number {
  if (type === 'image/svg+xml') return WANTED;
  const keywords = (sizes ?? '').toLowerCase().split(/\s+/);
  if (keywords.includes('any')) return WANTED;
  return Math.max(0, ...keywords.map((keyword) => Number(/^([1-9]\d*)x[1-9]\d*$/.exec(keyword)?.[1] ?? 0)));
}

/** Larger ones are scaled down well, smaller ones blur: those come after all larger ones. */
function distance(size: number): number {
  return size >= WANTED ? size - WANTED : 1e6 - size;
}
