/** A compiled module. It holds no memory and serves any number of instances. */
export type WasmModule = object;

/** Memory that a module and JavaScript share. */
export interface WasmMemory {
  /** Its bytes. */
  readonly buffer: ArrayBuffer;
}

/** The parts of WebAssembly that are used. It is no part of the language, and Node's types do not declare it. */
interface Wasm {
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (module: WasmModule, imports: object) => { readonly exports: unknown };
  readonly Memory: new (size: { readonly initial: number }) => WasmMemory;
}

const PAGE_BYTES = 65_536;

/** Compiles a module from base64. Throws where there is no WebAssembly, or a part of it is missing. */
export function compileWasm(base64: string): WasmModule {
  const { Module } = webAssembly();
  return new Module(Buffer.from(base64, 'base64'));
}

/** Makes an instance and returns what the module's source exports. */
export function instantiate(module: WasmModule, imports: object): unknown {
  const { Instance } = webAssembly();
  return new Instance(module, imports).exports;
}

/** Memory of at least so many bytes, all 0. Throws when there is not as much. */
export function allocateWasmMemory(bytes: number): WasmMemory {
  const { Memory } = webAssembly();
  return new Memory({ initial: Math.ceil(bytes / PAGE_BYTES) });
}

function webAssembly(): Wasm {
  // A global of every usual runtime.
  return (globalThis as unknown as { readonly WebAssembly: Wasm }).WebAssembly;
}
