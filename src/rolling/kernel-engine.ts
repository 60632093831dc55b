import { ConfigError } from '../core/errors.js';
import { allocateWasmMemory, compileWasm, instantiate, type WasmModule } from '../core/wasm.js';
import { type CoMomentKernels, jsKernels } from './co-moment-kernels.js';
import { WASM_BYTES } from './co-moments-wasm.js';
import type { KernelThreads } from './kernel-threads.js';
import { RowPasses } from './row-passes.js';

/** What is asked to do the arithmetic: 'auto' takes WebAssembly where it has SIMD, else JavaScript. */
export type EngineChoice = 'auto' | 'wasm' | 'js';

/** Memory and the loops over it. */
export interface KernelEngine {
  /** What does the arithmetic. */
  readonly name: 'wasm' | 'js';
  /** All 0 at first. */
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
  /** Loops over that memory. */
  readonly kernels: CoMomentKernels;
  /** Those over all rows, by the threads if there are any. */
  readonly passes: RowPasses;
}

let module: WasmModule | undefined;
let sharedModule: WasmModule | undefined;
let isRefused = false;

/**
 * Makes an engine with so many bytes of memory, on which `threads` may work too. JavaScript knows no threads.
 * @throws ConfigError when 'wasm' is asked for and there is no WebAssembly with SIMD, or no memory for it.
 */
export function openEngine(owner: string, choice: EngineChoice, bytes: number, threads?: KernelThreads): KernelEngine {
  const engine = choice === 'js' ? undefined : openWasm(bytes, threads?.isUsed === true ? threads : undefined);
  if (engine !== undefined) return engine;
  if (choice === 'wasm') {
    throw new ConfigError(
      `${owner}: engine must be 'auto' or 'js' where WebAssembly SIMD or its memory is missing, got 'wasm'`,
    );
  }
  const buffer = new ArrayBuffer(bytes);
  const kernels = jsKernels(new Float64Array(buffer));
  return { name: 'js', buffer, kernels, passes: new RowPasses(kernels, undefined) };
}

function openWasm(bytes: number, threads: KernelThreads | undefined): KernelEngine | undefined {
  const compiled = compile(threads !== undefined);
  if (compiled === undefined) return undefined;
  try {
    const memory = allocateWasmMemory(bytes, { shared: threads !== undefined });
    // What the source exports, which a test compares with the twin.
    const kernels = instantiate(compiled, { host: { memory } }) as CoMomentKernels;
    const shared = threads && { module: compiled, memory, threads };
    return { name: 'wasm', buffer: memory.buffer, kernels, passes: new RowPasses(kernels, shared) };
  } catch {
    return undefined;
  }
}

function compile(shared: boolean): WasmModule | undefined {
  if (isRefused) return undefined;
  try {
    if (shared) return (sharedModule ??= compileWasm(WASM_BYTES, { shared }));
    return (module ??= compileWasm(WASM_BYTES));
  } catch {
    isRefused = true;
    return undefined;
  }
}
