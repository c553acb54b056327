import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

/**
 * Keeps the keyboard's place within `container` when the focused element goes away. After “clear” that is the next
 * “clear”; else the container itself: what a key press then does must not depend on what moved up.
 */
export function useKeptFocus(container: RefObject<HTMLElement | null>): void {
  const last = useRef<{ element: Element; clearIndex: number } | null>(null);
  const clearButtons = () => [
    ...(container.current?.querySelectorAll<HTMLElement>('[data-action="clear"]') ?? []),
  ];

  useEffect(() => {
    const remember = ({ target }: FocusEvent) => {
      const inside = target instanceof HTMLElement && container.current?.contains(target);
      last.current = inside ? { element: target, clearIndex: clearButtons().indexOf(target) } : null;
    };
    // Not on focusout: Chromium fires that for an element that goes away, too.
    const forget = () => {
      last.current = null;
    };
    document.addEventListener('focusin', remember);
    document.addEventListener('pointerdown', forget);
    return () => {
      document.removeEventListener('focusin', remember);
      document.removeEventListener('pointerdown', forget);
    };
  }, []);

  useLayoutEffect(() => {
    if (!last.current || last.current.element.isConnected) return;
    const { clearIndex } = last.current;
    last.current = null;
    const next = clearIndex < 0 ? undefined : (clearButtons()[clearIndex] ?? clearButtons().at(-1));
    (next ?? container.current)?.focus();
  });
}
