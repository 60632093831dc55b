import { compileWasm, instantiate, type WasmModule } from '../core/wasm.js';
import { WASM_BYTES } from './fingerprint-digest-wasm.js';

/**
 * A digest of 128 bits over the bits of numbers, for windows of prices that nobody made to agree.
 *
 * State and input are four words of 64 bits at a time. A step multiplies each word by an odd number and mixes it
 * into another, and can be undone, so that no difference is lost on the way. One number that differs reaches at
 * least two words in its own step, and all in the next. At the end three steps more are made and the state folded to half.
 * Two different windows have one digest with odds of about 2^-128. Over 10^9 windows that makes 10^-21, where 64 bits
 * would make 3 %. This is what it is built for, and statistics over structured prices show nothing else; it is no proof.
 *
 * Not for adversaries: who chooses the numbers can make two windows agree.
 *
 * It is WebAssembly, since JavaScript multiplies 32 bits at a time: with as many words of half the size, 1 200 numbers
 * took 1.66 µs, this takes 0.76 (Node 20). Rejected: lanes that do not mix, as in xxHash, where two changes in one lane
 * agree with odds of 2^-64, and eight lanes of 32 bits in JavaScript, which do not fit the registers.
 *
 * Its source is fingerprint-digest.wat, compiled by the build. The test has the same in BigInts.
 */

/** Numbers per step. */
const STEP = 4;
/** Zeros after the last step with numbers: three steps more, after which every bit of the state depends on all of them. */
const FINAL = 3 * STEP;
/** Bytes of the state, before the numbers. */
const STATE_BYTES = 32;
/** Words of 32 bits of the state. */
const STATE_WORDS = 8;
/** Where digests of texts begin: digits of pi. */
const PI = Int32Array.of(
  0x24_3f_6a_88,
  0x85_a3_08_d3,
  0x13_19_8a_2e,
  0x03_70_73_44,
  0xa4_09_38_22,
  0x29_9f_31_d0,
  0x08_2e_fa_98,
  0xec_4e_6c_89,
);

/** Most numbers that a digester has room for. */
export const MOST_NUMBERS = 65_536;

/** What the module exports. */
interface WasmExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly digest: (end: number) => void;
}

/** Room for numbers, and what digests them. */
export class Digester {
  /** Where the numbers are written. */
  readonly numbers: Float64Array;
  /** The same as bytes. */
  readonly bytes: Uint8Array;
  readonly #state: Int32Array;
  readonly #digest: (end: number) => void;

  constructor({ memory: { buffer }, digest }: WasmExports) {
    this.numbers = new Float64Array(buffer, STATE_BYTES);
    this.bytes = new Uint8Array(buffer, STATE_BYTES);
    this.#state = new Int32Array(buffer, 0, STATE_WORDS);
    this.#digest = digest;
  }

  /** The digest of the first `count` numbers as 10 characters, U+0100 to U+20FF, which survive UTF-8. */
  digest(count: number, seed: Int32Array): string {
    this.#run(count, seed);
    return textOf(this.#state);
  }

  /** Where digests of one kind of content begin: the state after a text. */
  seedOf(text: string): Int32Array {
    for (let index = 0; index < text.length; index++) this.numbers[index + 1] = text.charCodeAt(index);
    this.numbers[0] = text.length;
    this.#run(text.length + 1, PI);
    return this.#state.slice();
  }

  #run(count: number, seed: Int32Array): void {
    const end = Math.ceil(count / STEP) * STEP + FINAL;
    for (let index = count; index < end; index++) this.numbers[index] = 0;
    for (let index = 0; index < STATE_WORDS; index++) this.#state[index] = seed[index] ?? 0;
    this.#digest(STATE_BYTES + 8 * end);
  }
}

let module: WasmModule | undefined;
let isRefused = false;
let spare: Digester | undefined;

/**
 * Takes a digester, to be given back with `giveBack`. There may be more than one at work: a getter of a row may itself
 * make a call that needs one. `undefined` where there is no WebAssembly, or no memory for it.
 */
export function takeDigester(): Digester | undefined {
  const digester = spare ?? makeDigester();
  spare = undefined;
  return digester;
}

/** Ends the use of a digester. */
export function giveBack(digester: Digester): void {
  spare = digester;
}

function makeDigester(): Digester | undefined {
  if (isRefused) return undefined;
  try {
    module ??= compileWasm(WASM_BYTES);
    // What the source exports.
    return new Digester(instantiate(module, {}) as WasmExports);
  } catch {
    isRefused = true;
    return undefined;
  }
}

/** Folds the state to four words, of which each is made of two far apart. */
function textOf(state: Int32Array): string {
  const a = (state[0] ?? 0) ^ (state[5] ?? 0);
  const b = (state[1] ?? 0) ^ (state[4] ?? 0);
  const c = (state[2] ?? 0) ^ (state[7] ?? 0);
  const d = (state[3] ?? 0) ^ (state[6] ?? 0);
  return String.fromCharCode(
    256 + (a & 8191),
    256 + ((a >>> 13) & 8191),
    256 + ((a >>> 26) | ((b & 127) << 6)),
    256 + ((b >>> 7) & 8191),
    256 + (b >>> 20),
    256 + (c & 8191),
    256 + ((c >>> 13) & 8191),
    256 + ((c >>> 26) | ((d & 127) << 6)),
    256 + ((d >>> 7) & 8191),
    256 + (d >>> 20),
  );
}
