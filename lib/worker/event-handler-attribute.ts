import { EventHandler } from '../api/event-handler.ts';

/** Gives the scope an event handler IDL attribute: https://html.spec.whatwg.org/#event-handler-idl-attributes */
export function defineEventHandler(scope: EventTarget, name: string): void {
  const handler = new EventHandler(scope, name);
  const attribute = `on${name}`;
  // A module imported by the site's script ran ahead of us, and may have set it.
  handler.value = Reflect.get(scope, attribute);
  // An object literal's accessors have the names and the lack of a prototype that Web IDL wants.
  const accessors = {
    get [attribute]() {
      return handler.value;
    },
    set [attribute](value: unknown) {
      handler.value = value;
    },
  };
  Object.defineProperty(scope, attribute, {
    ...Object.getOwnPropertyDescriptor(accessors, attribute),
    enumerable: true,
    configurable: true,
  });
}
