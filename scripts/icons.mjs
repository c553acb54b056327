/** Makes public/icon/<size>.png from public/icon/backfetch.svg. Needs Chromium; CHROMIUM says where else it is. */
import { readFile, writeFile } from 'node:fs/promises';
import puppeteer from 'puppeteer-core';

const SIZES = [16, 32, 48, 96, 128];
const folder = new URL('../public/icon/', import.meta.url);
const svg = await readFile(new URL('backfetch.svg', folder), 'base64');

const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/lib/chromium/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
try {
  const page = await browser.newPage();
  for (const size of SIZES) {
    const base64 = await page.evaluate(draw, `data:image/svg+xml;base64,${svg}`, size);
    await writeFile(new URL(`${size}.png`, folder), Buffer.from(base64, 'base64'));
  }
} finally {
  await browser.close();
}

/** Runs in the page: `source` drawn `size` pixels wide and high, as a PNG in base64. */
async function draw(source, size) {
  const image = new Image(size, size);
  image.src = source;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  canvas.getContext('2d').drawImage(image, 0, 0, size, size);
  return canvas.toDataURL('image/png').split(',')[1];
}
