import { closeSync, ftruncateSync } from "node:fs";
import { markAsUntransferable } from "node:worker_threads";

/** The parts of a segment that Python is told. */
export interface SegmentPlace {
  readonly id: number;
  /** Where Python opens it. */
  readonly path: string;
  readonly capacity: number;
}

interface Segment extends SegmentPlace {
  readonly file: number;
  readonly address: unknown;
  /** Whether Python has it, or had it and has not yet said that it is done. */
  isInPython: boolean;
  /** Arrays of TypeScript's on it. */
  views: number;
  /** The latest of them. */
  view: WeakRef<ArrayBuffer> | undefined;
}

type Native = (...given: unknown[]) => unknown;

/** What is used of the system's library, by koffi. */
interface Library {
  readonly memfd_create: Native;
  readonly mmap: Native;
  readonly munmap: Native;
  readonly memcpy: Native;
  readonly view: (address: unknown, length: number) => ArrayBuffer;
  readonly isNull: (address: unknown) => boolean;
}

let library: Library | undefined;

function loadLibrary(): Library {
  if (library) return library;
  const koffi: typeof import("koffi") = require("koffi");
  const system = koffi.load("libc.so.6");
  library = {
    memfd_create: system.func("int memfd_create(const char *name, unsigned int flags)"),
    mmap: system.func(
      "void *mmap(void *address, size_t length, int protection, int flags, int file, int64_t at)",
    ),
    munmap: system.func("int munmap(void *address, size_t length)"),
    memcpy: system.func("void *memcpy(void *to, const void *from, size_t length)"),
    view: koffi.view as Library["view"],
    isNull: (address) => address === null || koffi.address(address) === 0xffffffffffffffffn,
  };
  return library;
}

/** Bytes of free segments that are kept: memory that was touched once is ten times as fast. */
const keptBytes = 1 << 29;
/** Bytes that arrays of TypeScript's may hold: V8 does not count them, so that it would free them too late. */
const mostViewed = 1 << 30;
const page = 1 << 16;
const readWrite = 3;
const isShared = 1;

/**
 * Memory that both processes map, made here: files without a name, which are gone with the processes however these end.
 * A segment is used again once neither side has arrays on it.
 */
export class Segments {
  readonly #all = new Map<number, Segment>();
  readonly #free = new Set<Segment>();
  readonly #ofView = new WeakMap<ArrayBufferLike, Segment>();
  #last = 0;
  #viewed = 0;
  /** Segments that are about to be sent. */
  #taken: number[] = [];
  /** Freed segments of which Python is to let go. */
  #forgotten: number[] = [];
  readonly #views = new FinalizationRegistry<Segment>((segment) => {
    segment.views--;
    this.#viewed -= segment.capacity;
    this.#settle(segment);
  });

  /** What was taken for Python has been sent. */
  hand(): void {
    this.#taken = [];
  }

  /** What was taken for Python was not sent after all. */
  takeBack(): void {
    const taken = this.#taken;
    this.#taken = [];
    this.unused(taken);
  }

  /** The segments that Python may forget; each is told once. */
  takeForgotten(): number[] {
    const forgotten = this.#forgotten;
    this.#forgotten = [];
    return forgotten;
  }

  /**
   * A segment for so many bytes, which Python is about to use.
   *
   * @param isHeld whether it stays until `release`, though Python is done with it
   */
  take(bytes: number, isHeld = false): SegmentPlace {
    const capacity = Math.max(page, Math.ceil(bytes / page) * page);
    const fitting = [...this.#free].filter((one) => one.capacity >= capacity && one.capacity <= 2 * capacity);
    const [known] = fitting.sort((a, b) => a.capacity - b.capacity);
    const segment = known ?? this.#make(capacity);
    this.#free.delete(segment);
    segment.isInPython = true;
    if (isHeld) segment.views++;
    this.#taken.push(segment.id);
    return { id: segment.id, path: segment.path, capacity: segment.capacity };
  }

  /** Ends the holding of a segment. */
  release(id: number): void {
    const segment = this.#all.get(id);
    if (!segment) return;
    segment.views--;
    this.#settle(segment);
  }

  /** A segment that holds a copy of an array. */
  copy(array: ArrayBufferView): SegmentPlace {
    const place = this.take(array.byteLength);
    loadLibrary().memcpy(this.#all.get(place.id)?.address, array, array.byteLength);
    return place;
  }

  /** The segment that an array begins, where it lies in one. */
  placeOf(array: ArrayBufferView): SegmentPlace | undefined {
    const segment = array.byteOffset === 0 ? this.#ofView.get(array.buffer) : undefined;
    if (!segment || !this.#all.has(segment.id)) return undefined;
    segment.isInPython = true;
    this.#taken.push(segment.id);
    return { id: segment.id, path: segment.path, capacity: segment.capacity };
  }

  /** A segment's bytes: without a copy, unless so much is in use that waiting for V8 to free some would cost too much. */
  view(id: number, bytes: number): ArrayBuffer {
    const segment = this.#all.get(id) as Segment;
    const known = segment.view?.deref();
    if (known && known.byteLength === bytes) return known;
    if (this.#viewed + segment.capacity > mostViewed) {
      const copy = new ArrayBuffer(bytes);
      loadLibrary().memcpy(new Uint8Array(copy), segment.address, bytes);
      return copy;
    }
    const view = loadLibrary().view(segment.address, bytes);
    segment.view = new WeakRef(view);
    segment.views++;
    this.#viewed += segment.capacity;
    // What is transferred would outlive the object by whose end the memory is known to be free.
    markAsUntransferable(view);
    this.#ofView.set(view, segment);
    this.#views.register(view, segment);
    return view;
  }

  /** Python has no more arrays on these. */
  unused(ids: readonly number[]): void {
    for (const id of ids) {
      const segment = this.#all.get(id);
      if (!segment) continue;
      segment.isInPython = false;
      this.#settle(segment);
    }
  }

  /** Python is gone. */
  unusedAll(): void {
    this.#forgotten = [];
    for (const segment of this.#all.values()) segment.isInPython = false;
    for (const segment of [...this.#all.values()]) this.#settle(segment);
  }

  #make(capacity: number): Segment {
    const { memfd_create, mmap, isNull } = loadLibrary();
    const file = memfd_create("podium", 1) as number;
    if (file < 0)
      throw new Error("Cannot share memory with Python: the system must give a file in memory, got none");
    try {
      ftruncateSync(file, capacity);
    } catch (cause) {
      closeSync(file);
      throw new Error(`Cannot share memory with Python: ${capacity} bytes must be free`, { cause });
    }
    const address = mmap(null, capacity, readWrite, isShared, file, 0);
    if (isNull(address)) {
      closeSync(file);
      throw new Error(`Cannot share memory with Python: ${capacity} bytes must be mapped, got none`);
    }
    const id = ++this.#last;
    const path = `/proc/${process.pid}/fd/${file}`;
    const segment = { id, path, capacity, file, address, isInPython: false, views: 0, view: undefined };
    this.#all.set(id, segment);
    return segment;
  }

  #settle(segment: Segment): void {
    if (segment.isInPython || segment.views > 0 || this.#free.has(segment)) return;
    this.#free.add(segment);
    let bytes = 0;
    for (const one of [...this.#free].reverse()) {
      bytes += one.capacity;
      if (bytes > keptBytes) this.#drop(one);
    }
  }

  #drop(segment: Segment): void {
    this.#free.delete(segment);
    this.#all.delete(segment.id);
    this.#forgotten.push(segment.id);
    loadLibrary().munmap(segment.address, segment.capacity);
    closeSync(segment.file);
  }
}
