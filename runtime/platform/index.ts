/**
 * Time, chance, network, serial lines and disk: handed to every part of HELIX, so that the same
 * code runs in real time and in a virtual world. Only this package may reach for the real ones.
 */
export { accountName, stationName } from "./account.ts";

export { blockingDisk, isSystemPlatform } from "./blocking-disk.ts";
export * from "./deadline.ts";
export * from "./disk.ts";
export { nextTurn } from "./event-loop.ts";
export * from "./http.ts";
export { connectLocal, type LocalListener, listenLocal } from "./local-socket.ts";
export * from "./log.ts";
export * from "./own-resources.ts";
export * from "./platform.ts";
export * from "./process.ts";
export * from "./seeded-random.ts";
export { missingForSerialPairs, type SerialPair, startSerialPair } from "./serial-pair.ts";
export { createSystemPlatform } from "./system-platform.ts";
export * from "./timekeeping.ts";
