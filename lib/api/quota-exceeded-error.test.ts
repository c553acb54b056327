import { expect, test } from 'vitest';
import { QuotaExceededError } from './quota-exceeded-error.ts';

const make = (...args: unknown[]) => Reflect.construct(QuotaExceededError, args);

test('is a DOMException with the name and the code of old', () => {
  const error = make('full', { quota: 5, requested: 9 });
  expect(error).toBeInstanceOf(DOMException);
  expect(error).toMatchObject({
    name: 'QuotaExceededError',
    code: 22,
    message: 'full',
    quota: 5,
    requested: 9,
  });
});

test.each([[], [undefined], ['', undefined], ['', null], ['', {}]])('%j %j are enough', (...args) => {
  expect(make(...args)).toMatchObject({ message: '', quota: null, requested: null });
});

test('members are doubles', () => {
  expect(make('', { quota: '5', requested: true && 5.5 })).toMatchObject({ quota: 5, requested: 5.5 });
  for (const quota of ['x', Number.NaN, Number.POSITIVE_INFINITY, 5n, Symbol('5')])
    expect(() => make('', { quota })).toThrow(TypeError);
});

test.each([{ quota: -1 }, { requested: -1 }, { quota: 2, requested: 1 }])('%j is out of range', (options) => {
  expect(() => make('', options)).toThrow(RangeError);
});
