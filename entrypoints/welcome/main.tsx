import { render } from 'preact';
import { Welcome } from '../../components/Welcome.tsx';
import { setDocumentLanguage, t } from '../../lib/ui/messages.ts';

setDocumentLanguage(t('welcomeTitle'));
render(<Welcome />, document.body);
