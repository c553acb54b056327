import browser from 'webextension-polyfill';
import type { ArgumentOf, ResultOf } from './calls.ts';
import type { BackgroundCommands, CommandMessage, DownloaderCommands } from './commands.ts';

/** Sends a command to the background. Rejects with the background's error. */
export function sendCommand<Name extends keyof BackgroundCommands>(
  name: Name,
  argument: ArgumentOf<BackgroundCommands, Name>,
): Promise<ResultOf<BackgroundCommands, Name>> {
  return browser.runtime.sendMessage({ to: 'background', name, argument } satisfies CommandMessage);
}

/** Sends a command to the downloader where it is a document of its own. Rejects with the downloader's error. */
export function sendToDownloader<Name extends keyof DownloaderCommands>(
  name: Name,
  argument: ArgumentOf<DownloaderCommands, Name>,
): Promise<ResultOf<DownloaderCommands, Name>> {
  return browser.runtime.sendMessage({ to: 'downloader', name, argument } satisfies CommandMessage);
}
