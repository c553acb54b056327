import { render } from 'preact';
import browser from 'webextension-polyfill';
import { Options } from '../../components/Options.tsx';
import { setDocumentLanguage, t } from '../../lib/ui/messages.ts';

setDocumentLanguage(t('optionsTitle'));
const { optional_permissions: optional } = browser.runtime.getManifest();
render(
  <Options
    native={'BackgroundFetchManager' in self}
    background={(optional as string[] | undefined)?.includes('background') === true}
  />,
  document.body,
);
