/**
 * Flags of V8 that HELIX and its tests run under.
 *
 * When WebAssembly has called a JavaScript function a thousand times, V8 compiles a faster wrapper for that
 * call and frees the old one. Both are in tables of the whole process, and on Node 24 a process in which
 * several threads do so at once ends now and then: "Check failed: jit_page.has_value()", thrown by
 * ThreadIsolation::UnregisterWasmAllocation under Runtime_TierUpWasmToJSWrapper. Node itself strips types with
 * WebAssembly in each thread that loads TypeScript, the ledger's writer for one. So no wrapper ever gets there;
 * the modules that HELIX makes for twins call no JavaScript. See https://github.com/nodejs/node/issues/64500
 * for crashes of the same tables.
 */
export const V8_FLAGS = ["--wasm-wrapper-tiering-budget=2147483647"];
