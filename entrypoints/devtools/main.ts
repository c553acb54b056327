import browser from 'webextension-polyfill';
import { t } from '../../lib/ui/messages.ts';

void browser.devtools.panels.create(t('inspectorTitle'), '/icon/32.png', '/inspector.html');
