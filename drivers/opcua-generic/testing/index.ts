/** For the tests of drivers that build on this package; never part of a driver. */
export * from "./bench.ts";
export * from "./opcua-server.ts";
export * from "./stalling-proxy.ts";
export { trust } from "./vessel-bench.ts";
