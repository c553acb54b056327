import { useEffect, useState } from 'preact/hooks';
import browser from 'webextension-polyfill';
import { t } from '../lib/ui/messages.ts';

const EVERY_SITE = { origins: ['http://*/*', 'https://*/*'] };

/** Whether the person lets the extension access every site; null until the browser has said. */
export function useSiteAccess(): boolean | null {
  const [granted, setGranted] = useState<boolean | null>(null);
  useEffect(() => {
    const look = () => void browser.permissions.contains(EVERY_SITE).then(setGranted);
    look();
    browser.permissions.onAdded.addListener(look);
    browser.permissions.onRemoved.addListener(look);
    return () => {
      browser.permissions.onAdded.removeListener(look);
      browser.permissions.onRemoved.removeListener(look);
    };
  }, []);
  return granted;
}

/** Asks for access to every site; the browser shows what that means. */
export function GrantButton() {
  return (
    <button
      type="button"
      class="primary"
      data-action="grant"
      onClick={() => void browser.permissions.request(EVERY_SITE)}
    >
      {t('welcomeGrant')}
    </button>
  );
}

/** Says so where the extension may access some sites only, or none. */
export function SiteAccess() {
  if (useSiteAccess() !== false) return null;
  return (
    <div class="hint" role="status" data-site-access="limited">
      <p>{t('siteAccessLimited')}</p>
      <GrantButton />
    </div>
  );
}
