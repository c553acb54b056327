import type { ComponentChild } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { BackgroundFetchRow } from '../lib/store/schema.ts';
import type { DownloadView } from '../lib/ui/view.ts';

interface Props {
  row: BackgroundFetchRow;
  view: DownloadView;
  /** Whether it is likely to be in sight at first. */
  near: boolean;
  children: () => ComponentChild;
}

type Listener = (near: boolean) => void;
const listeners = new WeakMap<Element, Listener>();
const observer = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) listeners.get(target)?.(isIntersecting);
  },
  { rootMargin: '600px' },
);

/**
 * A download in the list. Far from what is in sight only its title is there, for search and screen readers: a thousand
 * whole ones would make every update slow.
 */
export function LazyRow({ row, view, near: nearAtFirst, children }: Props) {
  const [near, setNear] = useState(nearAtFirst);
  const element = useRef<HTMLLIElement>(null);
  /** Its height when it was last whole, in CSS pixels, so that the list does not jump. */
  const height = useRef(0);
  useEffect(() => {
    const { current } = element;
    if (!current) return;
    listeners.set(current, (isNear) => {
      if (!isNear) height.current = current.offsetHeight;
      setNear(isNear);
    });
    observer.observe(current);
    return () => observer.unobserve(current);
  }, []);
  const { title, phase, failed } = view;
  // Numbers run on in what is in sight only.
  const news = near ? {} : title;
  const content = useMemo(
    () =>
      near ? (
        children()
      ) : (
        <h3 id={`title-${row.key}`} class="title" title={title}>
          <bdi>{title}</bdi>
        </h3>
      ),
    [near, news],
  );
  return (
    <li
      ref={element}
      class="download"
      tabIndex={-1}
      aria-labelledby={`title-${row.key}`}
      data-phase={phase}
      data-failed={failed}
      data-far={!near}
      style={near || height.current === 0 ? undefined : { minBlockSize: `${height.current}px` }}
    >
      {content}
    </li>
  );
}
