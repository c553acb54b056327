import { t } from '../lib/ui/messages.ts';
import { isolate } from '../lib/ui/text.ts';
import { Glyph } from './Glyph.tsx';

interface Props {
  action: 'pause' | 'resume' | 'abort' | 'open' | 'clear' | 'tryNow' | 'tryAgain' | 'drop';
  /** Title of the download that the button is for. */
  title: string;
  /** Why it can't be used now. It stays focusable then, so that the reason can be found by keyboard. */
  unusable?: string | undefined;
  onPress(): void;
}

/** A button with a glyph; its name for a screen reader says which download it acts on. */
export function ActionButton({ action, title, unusable, onPress }: Props) {
  return (
    <button
      type="button"
      class="action"
      data-action={action}
      aria-label={t('actionOn', t(action), isolate(title))}
      aria-disabled={unusable !== undefined}
      title={unusable ?? t(action)}
      onClick={() => {
        if (unusable === undefined) onPress();
      }}
    >
      <Glyph name={action} />
    </button>
  );
}
