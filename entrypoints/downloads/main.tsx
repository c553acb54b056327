import { render } from 'preact';
import { Downloads } from '../../components/Downloads.tsx';
import { setDocumentLanguage, t } from '../../lib/ui/messages.ts';

setDocumentLanguage(t('downloads'));
render(<Downloads page={true} />, document.body);
