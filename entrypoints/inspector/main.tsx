import { render } from 'preact';
import { Inspector } from '../../components/Inspector.tsx';
import { followDevToolsTheme, inspectedOrigin } from '../../lib/ui/devtools.ts';
import { setDocumentLanguage, t } from '../../lib/ui/messages.ts';

setDocumentLanguage(t('inspectorTitle'));
followDevToolsTheme();
inspectedOrigin((origin) => render(<Inspector origin={origin} />, document.body));
