import browser, { type Runtime } from 'webextension-polyfill';
import type { Answers } from './calls.ts';
import type { CommandMessage } from './commands.ts';

/**
 * Answers the commands that extension pages send to this place. Content scripts can send messages too; they are not
 * heard here: the browser says what page a sender is.
 */
export function receiveCommands<Commands>(place: CommandMessage['to'], answers: Answers<Commands>): void {
  browser.runtime.onMessage.addListener((message: unknown, sender: Runtime.MessageSender) => {
    const own = sender.id === browser.runtime.id && sender.url?.startsWith(browser.runtime.getURL(''));
    if (!own || !isCommand(message) || message.to !== place) return undefined;
    if (!Object.hasOwn(answers, message.name))
      return Promise.reject(new Error(`No such command: ${message.name}`));
    return answers[message.name as keyof Commands & string](message.argument as never);
  });
}

function isCommand(message: unknown): message is CommandMessage {
  const { to, name } = Object(message) as Partial<CommandMessage>;
  return typeof to === 'string' && typeof name === 'string';
}
