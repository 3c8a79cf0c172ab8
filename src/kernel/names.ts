/** A module's exports, whichever kind it is. */
type Loaded = { readonly __esModule?: boolean } & Record<string, unknown>;

/** The values of the names that a notebook's cells declare, in the one object that their code reads and writes. */
export class Names {
  readonly values: Record<string, unknown> = {};

  /**
   * Makes place for what a cell declares.
   *
   * @param cleared those that begin anew: what an earlier cell gave an enumeration does not come back
   * @returns the values that the names had before
   */
  declare(names: readonly string[], cleared: readonly string[]): Map<string, unknown> {
    const earlier = new Map<string, unknown>();
    for (const name of names) {
      const before = Object.hasOwn(this.values, name) ? this.values[name] : undefined;
      earlier.set(name, before);
      this.#set(name, cleared.includes(name) ? undefined : before);
    }
    keepFast(this.values);
    return earlier;
  }

  /** The declared names that the cell has given a value; what it has not has its earlier one back. */
  assigned(earlier: ReadonlyMap<string, unknown>): Set<string> {
    const assigned = new Set<string>();
    for (const [name, before] of earlier) {
      if (this.values[name] === undefined && before !== undefined) this.#set(name, before);
      if (this.values[name] !== before) assigned.add(name);
    }
    return assigned;
  }

  #set(name: string, value: unknown): void {
    const attributes = { writable: true, enumerable: true, configurable: true };
    Object.defineProperty(this.values, name, { value, ...attributes });
  }

  /** Gives names what a module exports, as it is whenever they are read. */
  readonly bind = (loaded: Loaded, names: readonly (readonly [local: string, name: string])[]): void => {
    for (const [local, name] of names) {
      const get =
        name === "*"
          ? () => namespaceOf(loaded)
          : name === "default" && !loaded?.__esModule
            ? () => loaded
            : () => loaded[name];
      Object.defineProperty(this.values, local, { get, enumerable: true, configurable: true });
    }
    keepFast(this.values);
  };
}

const namespaces = new WeakMap<object, object>();

/** What `import * as` gives: of a module that is no ES module, its exports and itself as `default`. */
function namespaceOf(loaded: Loaded): unknown {
  if (loaded === null || (typeof loaded !== "object" && typeof loaded !== "function")) {
    return { default: loaded };
  }
  if (loaded.__esModule) return loaded;
  let namespace = namespaces.get(loaded);
  if (!namespace) {
    namespace = { default: loaded };
    for (const key of Object.keys(loaded).filter((name) => name !== "default")) {
      Object.defineProperty(namespace, key, { get: () => loaded[key], enumerable: true });
    }
    namespaces.set(loaded, namespace);
  }
  return namespace;
}

/** V8 reads an object of many properties six times as fast when it serves as a prototype. */
function keepFast(values: object): void {
  function Probe() {}
  Probe.prototype = values;
  Reflect.construct(Probe, []);
}
