import { t } from '../lib/ui/messages.ts';
import { Glyph } from './Glyph.tsx';

/** Something went wrong. Stays in the document while empty: only then do screen readers hear its text come. */
export function ErrorMessage({ message, onDismiss }: { message: string; onDismiss(): void }) {
  return (
    <div role="alert" class="error" data-empty={message === ''}>
      {message !== '' && (
        <>
          <p>{message}</p>
          <button
            type="button"
            class="action"
            aria-label={t('dismiss')}
            title={t('dismiss')}
            onClick={onDismiss}
          >
            <Glyph name="clear" />
          </button>
        </>
      )}
    </div>
  );
}
