import { expect, test, vi } from 'vitest';
import { resolveAgainst } from './base-url.ts';

const BASE = 'https://site.example/app/sw.js';

class FakeCache {
  calls: unknown[][] = [];
  match(...args: unknown[]): void {
    this.calls.push(args);
  }
  addAll(...args: unknown[]): void {
    this.calls.push(args);
  }
}

function createScope() {
  const scope = {
    Request: class extends Request {},
    Response: class extends Response {},
    Cache: FakeCache,
    CacheStorage: class {},
    fetch: vi.fn(),
    importScripts: vi.fn(),
  };
  resolveAgainst(BASE, scope as unknown as typeof globalThis);
  return scope;
}

test('relative URLs are resolved against the script, whatever their form', () => {
  const { Request, Response, fetch, importScripts } = createScope();
  expect(new Request('a').url).toBe('https://site.example/app/a');
  expect(new Request(new URL('https://other.example/')).url).toBe('https://other.example/');
  expect(Response.redirect('/b').headers.get('location')).toBe('https://site.example/b');
  fetch('../c?d', { method: 'PUT' });
  expect(fetch).toHaveBeenLastCalledWith('https://site.example/c?d', { method: 'PUT' });
  importScripts('lib/e.js', '/f.js');
  expect(importScripts).toHaveBeenLastCalledWith(
    'https://site.example/app/lib/e.js',
    'https://site.example/f.js',
  );
});

test('requests and what is no URL pass as they are', () => {
  const { Request, fetch } = createScope();
  const request = new Request('a');
  fetch(request);
  expect(fetch.mock.lastCall?.[0]).toBe(request);
  expect(request.constructor).toBe(Request);
  expect(() => new Request('https://:')).toThrow(TypeError);
  expect(() => Reflect.construct(Request, [])).toThrow(TypeError);
});

test('caches take relative URLs, and lists of them', () => {
  createScope();
  const cache = new FakeCache();
  cache.match('a', { ignoreSearch: true });
  cache.match();
  cache.addAll(new Set(['b', '/c']));
  expect(cache.calls).toEqual([
    ['https://site.example/app/a', { ignoreSearch: true }],
    [],
    [['https://site.example/app/b', 'https://site.example/c']],
  ]);
});
