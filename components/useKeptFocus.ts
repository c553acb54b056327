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
    const element = container.current;
    if (!element) return;
    const remember = ({ target }: FocusEvent) => {
      if (target instanceof HTMLElement) {
        last.current = { element: target, clearIndex: clearButtons().indexOf(target) };
      }
    };
    // Firefox and Chromium send no blur for a removed element, so this is the person going elsewhere.
    const forget = () => {
      if (last.current?.element.isConnected) last.current = null;
    };
    element.addEventListener('focusin', remember);
    element.addEventListener('focusout', forget);
    return () => {
      element.removeEventListener('focusin', remember);
      element.removeEventListener('focusout', forget);
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
