/** A compiled module. It holds no memory and serves any number of instances. */
export type WasmModule = object;

/** Memory that a module and JavaScript share. */
export interface WasmMemory {
  /** Its bytes. */
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
}

/** The parts of WebAssembly that are used. It is no part of the language, and Node's types do not declare it. */
interface Wasm {
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (module: WasmModule, imports: object) => { readonly exports: unknown };
  readonly Memory: new (size: {
    readonly initial: number;
    readonly maximum: number;
    readonly shared: boolean;
  }) => WasmMemory;
}

const PAGE_BYTES = 65_536;

/**
 * Compiles a module from base64. Throws where there is no WebAssembly, or a part of it is missing.
 *
 * `shared` makes a module that imports `memory` of a stated maximum take memory that threads share: the source knows
 * one kind of memory only, and the two differ in one bit.
 */
export function compileWasm(base64: string, { shared = false } = {}): WasmModule {
  const { Module } = webAssembly();
  const bytes = Buffer.from(base64, 'base64');
  if (shared) {
    // The import: its name, its kind (2, memory), and flags: 1 for a maximum, 2 for shared.
    const flags = bytes.indexOf('memory') + 'memory'.length + 1;
    if (bytes[flags] !== 1) throw new Error('the module imports no memory with a maximum');
    bytes[flags] = 3;
  }
  return new Module(bytes);
}

/** Makes an instance and returns what the module's source exports. */
export function instantiate(module: WasmModule, imports: object): unknown {
  const { Instance } = webAssembly();
  return new Instance(module, imports).exports;
}

/** Memory of at least so many bytes, all 0, that never grows. Throws when there is not as much. */
export function allocateWasmMemory(bytes: number, { shared = false } = {}): WasmMemory {
  const { Memory } = webAssembly();
  const pages = Math.ceil(bytes / PAGE_BYTES);
  return new Memory({ initial: pages, maximum: pages, shared });
}

function webAssembly(): Wasm {
  // A global of every usual runtime.
  return (globalThis as unknown as { readonly WebAssembly: Wasm }).WebAssembly;
}
