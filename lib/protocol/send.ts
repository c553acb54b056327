import browser from 'webextension-polyfill';
import type { BackgroundCommands, Command } from './commands.ts';

/** Sends a command from an extension page to the background. Rejects with the background's error. */
export async function sendCommand<Name extends keyof BackgroundCommands>(
  name: Name,
  argument: BackgroundCommands[Name]['argument'],
): Promise<BackgroundCommands[Name]['result']> {
  const command = { to: 'background', name, argument } as Command<BackgroundCommands>;
  return browser.runtime.sendMessage<typeof command, BackgroundCommands[Name]['result']>(command);
}
