import browser from 'webextension-polyfill';
import type { BackgroundCommands, CommandMessage } from './commands.ts';

/** Sends a command from an extension page to the background. Rejects with the background's error. */
export async function sendCommand<Name extends keyof BackgroundCommands>(
  name: Name,
  argument: BackgroundCommands[Name]['argument'],
): Promise<BackgroundCommands[Name]['result']> {
  return browser.runtime.sendMessage<CommandMessage, BackgroundCommands[Name]['result']>({
    to: 'background',
    name,
    argument,
  });
}
