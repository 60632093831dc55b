import { ConfigError } from '../core/errors.js';
import { allocateWasmMemory, compileWasm, instantiate, type WasmModule } from '../core/wasm.js';
import { type CoMomentKernels, jsKernels } from './co-moment-kernels.js';
import { WASM_BYTES } from './co-moments-wasm.js';

/** What is asked to do the arithmetic: 'auto' takes WebAssembly where it has SIMD, else JavaScript. */
export type EngineChoice = 'auto' | 'wasm' | 'js';

/** Memory and the loops over it. */
export interface KernelEngine {
  /** What does the arithmetic. */
  readonly name: 'wasm' | 'js';
  /** All 0 at first. */
  readonly buffer: ArrayBuffer;
  /** Loops over that memory. */
  readonly kernels: CoMomentKernels;
}

let module: WasmModule | undefined;
let isRefused = false;

/**
 * Makes an engine with so many bytes of memory.
 * @throws ConfigError when 'wasm' is asked for and there is no WebAssembly with SIMD, or no memory for it.
 */
export function openEngine(owner: string, choice: EngineChoice, bytes: number): KernelEngine {
  const engine = choice === 'js' ? undefined : openWasm(bytes);
  if (engine !== undefined) return engine;
  if (choice === 'wasm') {
    throw new ConfigError(
      `${owner}: engine must be 'auto' or 'js' where WebAssembly SIMD or its memory is missing, got 'wasm'`,
    );
  }
  const buffer = new ArrayBuffer(bytes);
  return { name: 'js', buffer, kernels: jsKernels(new Float64Array(buffer)) };
}

function openWasm(bytes: number): KernelEngine | undefined {
  const compiled = compile();
  if (compiled === undefined) return undefined;
  try {
    const memory = allocateWasmMemory(bytes);
    // What the source exports, which a test compares with the twin.
    const kernels = instantiate(compiled, { host: { memory } }) as CoMomentKernels;
    return { name: 'wasm', buffer: memory.buffer, kernels };
  } catch {
    return undefined;
  }
}

function compile(): WasmModule | undefined {
  if (isRefused) return undefined;
  try {
    return (module ??= compileWasm(WASM_BYTES));
  } catch {
    isRefused = true;
    return undefined;
  }
}
