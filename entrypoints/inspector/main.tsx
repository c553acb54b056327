import { render } from 'preact';
import { Inspector } from '../../components/Inspector.tsx';
import { inspectedOrigin } from '../../lib/ui/inspected-origin.ts';
import { setDocumentLanguage, t } from '../../lib/ui/messages.ts';

setDocumentLanguage(t('inspectorTitle'));
inspectedOrigin((origin) => render(<Inspector origin={origin} />, document.body));
