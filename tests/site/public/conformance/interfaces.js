// Describes an interface object in plain data, for pages and workers: all that Web IDL fixes of it.
globalThis.describeInterface = (name) => {
  const flags = ({ writable, enumerable, configurable }) => ({ writable, enumerable, configurable });
  const errorOf = (run) => {
    try {
      run();
      return 'none';
    } catch (error) {
      return error.constructor.name;
    }
  };
  const signature = (f) => f && { name: f.name, length: f.length, constructs: Object.hasOwn(f, 'prototype') };
  const describeMember = (descriptor) => {
    const { value, get, set, enumerable, configurable, writable } = descriptor;
    if (typeof value === 'function') {
      return { operation: signature(value), enumerable, configurable, writable };
    }
    if (get) return { get: signature(get), set: signature(set) ?? null, enumerable, configurable };
    return { value, enumerable, configurable, writable };
  };

  const property = Object.getOwnPropertyDescriptor(globalThis, name);
  if (!property) return null;
  const { value: interfaceObject } = property;
  const { prototype } = interfaceObject;
  const members = {};
  for (const key of Reflect.ownKeys(prototype)) {
    if (key === 'constructor') continue;
    members[String(key)] = describeMember(Object.getOwnPropertyDescriptor(prototype, key));
  }
  const ownConstructor = Object.getOwnPropertyDescriptor(prototype, 'constructor');
  return {
    property: flags(property),
    name: interfaceObject.name,
    length: interfaceObject.length,
    keys: Reflect.ownKeys(interfaceObject).map(String).sort(),
    inherits: Object.getPrototypeOf(interfaceObject).name,
    prototypeInherits: Object.getPrototypeOf(prototype).constructor.name,
    prototypeProperty: flags(Object.getOwnPropertyDescriptor(interfaceObject, 'prototype')),
    constructorProperty: { ...flags(ownConstructor), same: ownConstructor.value === interfaceObject },
    members,
    construct: errorOf(() => new interfaceObject()),
    call: errorOf(() => interfaceObject()),
    tag: Object.prototype.toString.call(prototype),
  };
};

/** How each member takes a `this` of another class: "throws", "rejects", or "takes it". */
globalThis.brandChecks = async (name) => {
  const { prototype } = globalThis[name];
  const checks = {};
  const take = async (call) => {
    let result;
    try {
      result = call();
    } catch (error) {
      return error instanceof TypeError ? 'throws' : String(error);
    }
    return Promise.resolve(result).then(
      () => 'takes it',
      (error) => (error instanceof TypeError ? 'rejects' : String(error)),
    );
  };
  const check = async (member, f) => {
    // The arguments of the second are right whatever the member is; conversions never get to see those of the first.
    const wrong = {
      toString() {
        checks[`conversions of ${member}`] = 'come first';
        return '';
      },
    };
    const results = new Set([
      await take(() => f.call({}, wrong, wrong)),
      await take(() => f.call({}, undefined, {})),
    ]);
    checks[member] = [...results].join(' and ');
  };
  for (const [member, { value, get, set }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (member === 'constructor') continue;
    if (typeof value === 'function') await check(member, value);
    if (get) await check(`get ${member}`, get);
    if (set) await check(`set ${member}`, set);
  }
  return checks;
};
