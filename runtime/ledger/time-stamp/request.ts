/** The request for a time-stamp (RFC 3161 section 2.4.1), and how it is sent (section 3.4). */
import { postHttp } from "@helix/platform";
import { concat } from "../bytes.ts";
import { der, TAG } from "./der.ts";

/** No time-stamp was given for what was asked, or what was given is not one. */
export class AnchorError extends Error {
  override readonly name = "AnchorError";
}

/** Object identifier 2.16.840.1.101.3.4.2.1. */
const SHA_256 = Uint8Array.from(Buffer.from("0609608648016503040201", "hex"));

/**
 * Asks for the authority's certificate too.
 *
 * @param digest SHA-256 of what is to be stamped
 * @param nonce bytes of a positive DER integer in its shortest form
 */
export function timeStampRequest(digest: Uint8Array, nonce: Uint8Array): Uint8Array {
  const imprint = der(TAG.sequence, der(TAG.sequence, SHA_256, der(TAG.null)), der(TAG.octets, digest));
  const wantCertificate = der(TAG.boolean, Uint8Array.of(0xff));
  const version = der(TAG.integer, Uint8Array.of(1));
  return der(TAG.sequence, version, imprint, der(TAG.integer, nonce), wantCertificate);
}

/** Nine bytes, of which the first keeps the integer positive and of one length. */
export const nonceOf = (random: Uint8Array): Uint8Array => concat(Uint8Array.of(0x4c), random);

/** RFC 3161 section 3.4, and the same inside TLS. */
export const isTimeStampUrl = (text: string): boolean =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

/** @throws AnchorError with the reason; whatever the signal was aborted with */
export async function postTimeStampRequest(
  url: string,
  request: Uint8Array,
  signal: AbortSignal,
): Promise<Uint8Array> {
  try {
    return await postHttp(url, request, { contentType: "application/timestamp-query", signal });
  } catch (error) {
    throw new AnchorError(`${url} gave no time-stamp: ${reasonOf(error)}`, { cause: error });
  }
}

/** The runtime's own client says "fetch failed" and keeps the reason as the cause. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== "" ? cause.message : error.message;
}
