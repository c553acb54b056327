import { expect, test } from 'vitest';
import { isLaterRegistration } from './registration.ts';

const worker = {} as ServiceWorker;

test.each([
  ['an active worker', { active: worker, waiting: null, installing: null }, false],
  ['an active worker and a newer one', { active: worker, waiting: null, installing: worker }, false],
  ['a worker that installs', { active: null, waiting: null, installing: worker }, true],
  ['a worker that waits', { active: null, waiting: worker, installing: null }, true],
  ['no worker, as Firefox shows it at times', { active: null, waiting: null, installing: null }, false],
])('with %s', (_, workers, isLater) => {
  expect(isLaterRegistration(workers)).toBe(isLater);
});
