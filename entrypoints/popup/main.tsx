import { render } from 'preact';
import { Popup } from '../../components/Popup.tsx';
import { setDocumentLanguage, t } from '../../lib/ui/messages.ts';

setDocumentLanguage(t('extensionName'));
render(<Popup />, document.body);
