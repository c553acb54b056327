// @vitest-environment happy-dom
import { render } from 'preact';
import { useRef } from 'preact/hooks';
import { act } from 'preact/test-utils';
import { beforeEach, expect, test } from 'vitest';
import { useKeptFocus } from './useKeptFocus.ts';
import { useShortcuts } from './useShortcuts.ts';

let pressed: string[] = [];

function List({ names }: { names: string[] }) {
  const list = useRef<HTMLElement>(null);
  useKeptFocus(list);
  useShortcuts(list);
  return (
    <>
      <input type="search" />
      <main ref={list} tabIndex={-1}>
        {names.map((name) => (
          <div key={name} id={name} class="download" tabIndex={-1}>
            {['open', 'pause', 'clear'].map((action) => (
              <button
                key={action}
                type="button"
                data-action={action}
                onClick={() => pressed.push(`${action} ${name}`)}
              />
            ))}
          </div>
        ))}
      </main>
    </>
  );
}

const show = (...names: string[]) => act(() => render(<List names={names} />, document.body));

beforeEach(() => {
  pressed = [];
  render(null, document.body);
  show('a', 'b', 'c');
});

const key = (name: string) =>
  document.activeElement?.dispatchEvent(
    new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true }),
  );
const button = (action: string, name: string) =>
  document.querySelector<HTMLElement>(`#${name} [data-action=${action}]`);

test('arrows walk through the list, from wherever one is', () => {
  key('ArrowDown');
  expect(document.activeElement?.id).toBe('a');
  button('pause', 'b')?.focus();
  key('ArrowDown');
  expect(document.activeElement?.id).toBe('c');
  key('ArrowDown');
  expect(document.activeElement?.id).toBe('c');
  key('ArrowUp');
  expect(document.activeElement?.id).toBe('b');
});

test('keys do to the focused one what its buttons do', () => {
  document.getElementById('b')?.focus();
  for (const name of ['Enter', ' ', 'Delete', 'R']) key(name);
  expect(pressed).toEqual(['open b', 'pause b', 'clear b']);
});

test('on a button Enter and Space are the button’s own, and typing is typing', () => {
  button('pause', 'b')?.focus();
  key('Enter');
  key('Delete');
  expect(pressed).toEqual(['clear b']);
  key('/');
  expect(document.activeElement?.tagName).toBe('INPUT');
  key('Delete');
  expect(pressed).toEqual(['clear b']);
});

test('when the focused one is cleared the next can be cleared', () => {
  button('clear', 'b')?.focus();
  show('a', 'c');
  expect(document.activeElement).toBe(button('clear', 'c'));
  show('a');
  expect(document.activeElement).toBe(button('clear', 'a'));
  show();
  expect(document.activeElement?.tagName).toBe('MAIN');
});

test('when another focused button goes, no key press may do what was not meant', () => {
  button('pause', 'b')?.focus();
  show('a', 'c');
  expect(document.activeElement?.tagName).toBe('MAIN');
});

test('what changes around the focus leaves it where it is', () => {
  button('pause', 'b')?.focus();
  show('b', 'd');
  expect(document.activeElement).toBe(button('pause', 'b'));
});
