/**
 * Stable instrument identifiers (HELIX-HAL-0001 section 2.1) and their 64-bit form in a frame.
 */
import { createBLAKE3 } from "hash-wasm";

declare const instrumentIdBrand: unique symbol;

/**
 * `{vendor}:{model}:{serial}`; vendor and model in lower case, spaces as hyphens, the serial as
 * the maker prints it. Example: `sartorius:biostat-b:SN-2024-00417`.
 */
export type InstrumentId = string & { readonly [instrumentIdBrand]: true };

const INSTRUMENT_ID = /^[a-z0-9.-]+:[a-z0-9.-]+:[A-Za-z0-9._-]+$/;

/** @throws TypeError when the text is not `{vendor}:{model}:{serial}`. */
export function parseInstrumentId(text: string): InstrumentId {
  if (!INSTRUMENT_ID.test(text)) {
    throw new TypeError(`instrument id "${text}" is not vendor:model:serial (vendor and model lower case)`);
  }
  return text as InstrumentId;
}

/** Builds an id from the maker's own words: lower case and hyphens for vendor and model. */
export function instrumentId(vendor: string, model: string, serial: string): InstrumentId {
  const slug = (word: string) => word.trim().toLowerCase().replaceAll(/\s+/g, "-");
  return parseInstrumentId(`${slug(vendor)}:${slug(model)}:${serial.trim().replaceAll(/\s+/g, "-")}`);
}

const blake3 = await createBLAKE3();

/** First 8 bytes of BLAKE3 of the id's UTF-8, little-endian: `TelemetryFrame.instrumentId`. */
export function instrumentIdAsU64(id: InstrumentId): bigint {
  const digest = blake3.init().update(new TextEncoder().encode(id)).digest("binary");
  return new DataView(digest.buffer, digest.byteOffset, 8).getBigUint64(0, true);
}
