import { useState } from 'preact/hooks';
import { sendCommand } from '../lib/protocol/send.ts';
import { db } from '../lib/store/database.ts';
import { readSettings } from '../lib/store/settings.ts';
import { readBackup, writeBackup } from '../lib/ui/backup.ts';
import { t } from '../lib/ui/messages.ts';
import { saveFile } from '../lib/ui/save-file.ts';

interface Props {
  run(command: Promise<unknown>, failure: string): void;
  fail(message: string): void;
}

/** Settings as a file, and back. */
export function Backup({ run, fail }: Props) {
  const [imported, setImported] = useState(false);
  const save = async () =>
    saveFile(
      'backfetch-settings.json',
      writeBackup(await readSettings(), await db.sites.toArray()),
      'application/json',
    );
  const load = async (file: File) => {
    setImported(false);
    const backup = readBackup(await file.text());
    if (!backup) {
      fail(t('importFailed'));
      return;
    }
    run(
      sendCommand('restore', backup).then(() => setImported(true)),
      t('importFailed'),
    );
  };
  return (
    <section>
      <h2>{t('backupSection')}</h2>
      <div class="card note">
        <p class="hint">{t('backupHint')}</p>
        <div class="actions">
          <button type="button" id="export" onClick={() => run(save(), t('commandFailed'))}>
            {t('exportSettings')}
          </button>
          <label class="button" for="import">
            {t('importSettings')}
            <input
              type="file"
              id="import"
              accept="application/json,.json"
              onChange={({ currentTarget: field }) => {
                const [file] = field.files ?? [];
                // The same file can be chosen again.
                field.value = '';
                if (file) load(file).catch(() => fail(t('importFailed')));
              }}
            />
          </label>
        </div>
        <p role="status">{imported && t('imported')}</p>
      </div>
    </section>
  );
}
