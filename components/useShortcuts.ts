import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';

/** Buttons of the focused download that a key presses: the first that is there. */
const BUTTONS: Record<string, string> = {
  Enter: '[data-action=open]',
  ' ': '[data-action=pause], [data-action=resume]',
  r: '[data-action=tryAgain], [data-action=tryNow]',
  Delete: '[data-action=abort], [data-action=drop], [data-action=clear]',
};

/** Arrow keys between the downloads in `container`, and keys for what can be done to the focused one. */
export function useShortcuts(container: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
      const target = event.target instanceof Element ? event.target : null;
      const typing = target?.matches('input, select, textarea') ?? false;
      if (event.key === '/' && !typing) {
        const search = document.querySelector<HTMLInputElement>('input[type=search]');
        if (search) act(event, () => search.focus());
        return;
      }
      const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (move !== undefined) {
        const next = neighbour(container.current, target, move);
        if (next) act(event, () => next.focus());
        return;
      }
      // On a button in the download the keys are the button's.
      const selector = BUTTONS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      const own = target?.matches('.download') || (event.key !== 'Enter' && event.key !== ' ' && !typing);
      const button =
        selector && own ? target?.closest('.download')?.querySelector<HTMLElement>(selector) : null;
      if (button) act(event, () => button.click());
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [container]);
}

/** The download before or after the one that has the focus; from outside the list its first. */
function neighbour(
  container: HTMLElement | null,
  from: Element | null,
  move: number,
): HTMLElement | undefined {
  const all = [...(container?.querySelectorAll<HTMLElement>('.download') ?? [])];
  const current = from?.closest<HTMLElement>('.download');
  return current ? all[all.indexOf(current) + move] : all[0];
}

function act(event: KeyboardEvent, action: () => void): void {
  event.preventDefault();
  action();
}
