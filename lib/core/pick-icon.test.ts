import { describe, expect, it } from 'vitest';
import { pickIcon } from './pick-icon.ts';

const scope = 'https://site.example/app/';

describe('pickIcon', () => {
  it('takes the smallest that is large enough', () => {
    const icons = [16, 512, 96, 48].map((size) => ({ src: `/${size}.png`, sizes: `${size}x${size}` }));
    expect(pickIcon(icons, scope)).toBe('https://site.example/96.png');
  });

  it('takes the largest where none is large enough', () => {
    const icons = [
      { src: 'a.png' },
      { src: 'b.png', sizes: '16x16 48x48' },
      { src: 'c.png', sizes: '32x32' },
    ];
    expect(pickIcon(icons, scope)).toBe('https://site.example/app/b.png');
  });

  it('prefers what fits any size', () => {
    const icons = [
      { src: 'a.png', sizes: '128x128' },
      { src: 'b.svg', sizes: 'any' },
    ];
    expect(pickIcon(icons, scope)).toBe('https://site.example/app/b.svg');
  });

  it.each([
    'https://other.example/transfer?to=me',
    'http://site.example/a.png',
    'javascript:alert(1)',
    'data:text/html,x',
    'blob:https://site.example/0',
    'file:///etc/passwd',
    'https://[',
  ])('takes nothing from %s', (src) => {
    expect(pickIcon([{ src }], scope)).toBeNull();
  });

  it('takes inline images', () => {
    expect(pickIcon([{ src: 'data:image/png;base64,AA' }], scope)).toBe('data:image/png;base64,AA');
  });

  it('survives nonsense in sizes', () => {
    expect(pickIcon([{ src: 'a.png', sizes: '0x0 x any1 -3x3 1e9x' }], scope)).toBe(
      'https://site.example/app/a.png',
    );
    expect(pickIcon([], scope)).toBeNull();
  });
});
