/** The extension as people of other languages see it, whatever languages the browser on this machine has. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectory } from './browser-process.ts';

/** A language of the extension, or English in a made-up right-to-left one. */
export type Language = 'en' | 'zh_CN' | 'ru' | 'rtl';

interface Message {
  message: string;
}

/** A copy of the built extension whose default messages are of `language`. Gives its directory. */
export function localised(extension: string, language: Language): string {
  const copy = makeDirectory(`extension-${language}`);
  mkdirSync(copy, { recursive: true });
  cpSync(extension, copy, { recursive: true });
  const source = join(extension, '_locales', language === 'rtl' ? 'en' : language, 'messages.json');
  const messages = JSON.parse(readFileSync(source, 'utf8')) as Record<string, Message>;
  if (language === 'rtl') {
    for (const message of Object.values(messages)) message.message = mirrored(message.message);
    messages.direction = { message: 'rtl' };
    messages.language = { message: 'ar-u-nu-latn' };
    for (const stem of pluralStems(messages))
      for (const form of ['zero', 'two', 'few', 'many'])
        messages[`${stem}_${form}`] ??= messages[`${stem}_other`] as Message;
  }
  writeFileSync(join(copy, '_locales/en/messages.json'), JSON.stringify(messages));
  return copy;
}

function pluralStems(messages: Record<string, Message>): string[] {
  return Object.keys(messages).flatMap((key) => /^(.*)_other$/.exec(key)?.[1] ?? []);
}

/** Words that read from right to left, by RIGHT-TO-LEFT OVERRIDE; what is put into them stands by itself. */
function mirrored(message: string): string {
  return message
    .split(/(\$\w+\$)/)
    .map((part) => (part.startsWith('$') ? `\u2068${part}\u2069` : part && `\u202e${part}\u202c`))
    .join('');
}
