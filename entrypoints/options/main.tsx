import { render } from 'preact';
import { Options } from '../../components/Options.tsx';
import { setDocumentLanguage, t } from '../../lib/ui/messages.ts';

setDocumentLanguage(t('optionsTitle'));
render(<Options native={'BackgroundFetchManager' in self} />, document.body);
