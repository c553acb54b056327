import { useLayoutEffect, useRef } from 'preact/hooks';

interface Props {
  text: string;
  yes: string;
  no: string;
  onAnswer(yes: boolean): void;
}

/** Asks before something is lost. Escape says no. */
export function Question({ text, yes, no, onAnswer }: Props) {
  const safe = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => safe.current?.focus(), []);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape is a shortcut for its second button.
    <div
      class="confirm"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        // Not the popup is to be closed.
        event.preventDefault();
        onAnswer(false);
      }}
    >
      <p role="alert">{text}</p>
      <button type="button" class="danger" data-answer="yes" onClick={() => onAnswer(true)}>
        {yes}
      </button>
      <button type="button" ref={safe} data-answer="no" onClick={() => onAnswer(false)}>
        {no}
      </button>
    </div>
  );
}
