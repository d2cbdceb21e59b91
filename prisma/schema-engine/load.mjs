import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * Prisma's schema engine compiled to WebAssembly, instantiated once a process.
 *
 * The npm package ships the module for bundlers; Node needs the instantiation spelled out.
 */

/** The engine's panic hook calls `set_message` on this global; without it a panic is a TypeError. */
export const panic = {
  message: '',
  /** @param {string} text */
  set_message(text) {
    panic.message = text;
  },
};
Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: panic });

let loading;

/** The engine never clears the 10 s timer of its lock; a program that is done must not wait for it. */
function withoutLingeringTimers(bindings) {
  const [name] = Object.keys(bindings).filter((key) => key.startsWith('__wbg_setTimeout_'));
  const setTimer = bindings[name];
  return { ...bindings, [name]: (...args) => setTimer(...args).unref() };
}

async function instantiate() {
  const bindings = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm');
  const wasm = await readFile(join(dirname(entry), 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(wasm, {
    './schema_engine_bg.js': withoutLingeringTimers(bindings),
  });
  bindings.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  return bindings.SchemaEngine;
}

/** The `SchemaEngine` class; the first call compiles the module (about 40 ms). */
export function loadSchemaEngine() {
  loading ??= instantiate();
  return loading;
}
