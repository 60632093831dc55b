import { writeWasm } from './wasm/compile-wat.js';

// The build does the same; this is for those who want the bytes alone.
for (const path of await writeWasm('src')) console.log(`wrote ${path}`);
