import { useEffect, useState } from 'preact/hooks';
import browser from 'webextension-polyfill';
import { t } from '../lib/ui/messages.ts';
import { Switch } from './Setting.tsx';

/** With this the browser stays when its last window is closed. webextension-polyfill's types lack it. */
const BACKGROUND = { permissions: ['background'] as never[] };

/** The choice is the browser's to keep: it is a permission. */
export function KeepRunning({ run }: { run(command: Promise<unknown>, failure: string): void }) {
  const [granted, setGranted] = useState(false);
  const look = () => browser.permissions.contains(BACKGROUND).then(setGranted);
  useEffect(() => run(look(), t('configureFailed')), []);
  return (
    <Switch
      name="keepRunning"
      label={t('keepRunningLabel')}
      hint={t('keepRunningHint')}
      checked={granted}
      onChange={(wanted) => {
        setGranted(wanted);
        const change = wanted
          ? browser.permissions.request(BACKGROUND)
          : browser.permissions.remove(BACKGROUND);
        run(change.then(look), t('configureFailed'));
      }}
    />
  );
}
