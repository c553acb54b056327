import type { Action } from 'webextension-polyfill';

const SIZE = 32;
const LINE = 5;
const TRACK = '#8b93a7';
const FILL = '#2fae5f';

/** The icon with a bar under it that shows `fraction` of 1. */
export async function drawProgress(icon: string, fraction: number): Promise<Action.ImageDataType> {
  const response = await fetch(icon);
  const image = await createImageBitmap(await response.blob());
  const context = new OffscreenCanvas(SIZE, SIZE).getContext('2d');
  if (!context) throw new Error('The browser draws no icons.');
  const height = SIZE - LINE - 1;
  context.drawImage(image, (SIZE - height) / 2, 0, height, height);
  context.fillStyle = TRACK;
  context.fillRect(0, SIZE - LINE, SIZE, LINE);
  context.fillStyle = FILL;
  context.fillRect(0, SIZE - LINE, Math.round(SIZE * fraction), LINE);
  // What the browsers want is an ImageData; webextension-polyfill's type has no name for it.
  return context.getImageData(0, 0, SIZE, SIZE) as ImageData & Action.ImageDataType;
}
