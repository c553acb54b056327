import { expect, test } from 'vitest';
import { EventHandler } from './event-handler.ts';

function setUp() {
  const target = new EventTarget();
  const calls: string[] = [];
  const note = (name: string) => () => {
    calls.push(name);
  };
  const fire = () => target.dispatchEvent(new Event('progress', { cancelable: true }));
  return { target, handler: new EventHandler(target, 'progress'), calls, note, fire };
}

test('a handler keeps its place when another replaces it', () => {
  const { target, handler, calls, note, fire } = setUp();
  handler.value = note('first handler');
  target.addEventListener('progress', note('listener'));
  handler.value = note('second handler');
  fire();
  expect(calls).toEqual(['second handler', 'listener']);
});

test('null gives the place up', () => {
  const { target, handler, calls, note, fire } = setUp();
  handler.value = note('handler');
  target.addEventListener('progress', note('listener'));
  handler.value = null;
  fire();
  handler.value = note('handler');
  fire();
  expect(calls).toEqual(['listener', 'listener', 'handler']);
});

test('what is no object becomes null, and an object that is no function is kept', () => {
  const { handler, fire } = setUp();
  handler.value = 'text';
  expect(handler.value).toBeNull();
  const object = {};
  handler.value = object;
  expect(handler.value).toBe(object);
  expect(fire()).toBe(true);
});

test('this is the target, and false cancels the event', () => {
  const { target, handler, fire } = setUp();
  handler.value = function (this: unknown) {
    return this !== target;
  };
  expect(fire()).toBe(false);
});
