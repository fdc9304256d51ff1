/**
 * An RFC 3161 time-stamp read and checked: granted, of these bytes, and signed by the certificate that it
 * brings along, which was valid then and meant for it (RFC 3161 section 2.3, RFC 5652 section 5). Whose
 * certificate that is, only a root that the reader trusts can say: `openssl ts -verify -CAfile` does.
 */
import { createHash, verify, X509Certificate } from "node:crypto";
import { concat, equalBytes, fromUtf8, toHex } from "../bytes.ts";
import { sha256 } from "../hashing.ts";
import { childrenOf, contentOf, DerError, type DerNode, oidOf, readDer, TAG } from "./der.ts";
import { AnchorError } from "./request.ts";

export interface TimeStamp {
  /** As the authority's clock showed it, ns since 1970 UTC. */
  readonly utcNs: bigint;
  /** The authority's number for it, hex. */
  readonly serial: string;
  /** Subject of the certificate, as it names itself. */
  readonly authority: string;
  /** Hex; undefined where the token has none. */
  readonly nonce: string | undefined;
}

const SIGNED_DATA = "2a864886f70d010702";
const TST_INFO = "2a864886f70d0109100104";
const MESSAGE_DIGEST = "2a864886f70d010904";
const SHA_256 = "608648016503040201";
/** signing-certificate (RFC 2634), and its second version (RFC 5816), one of which RFC 3161 demands. */
const SIGNING_CERTIFICATE = ["2a864886f70d010910020c", "2a864886f70d010910022f"];
const DIGESTS: Readonly<Record<string, string>> = {
  [SHA_256]: "sha256",
  "608648016503040202": "sha384",
  "608648016503040203": "sha512",
};
/** Extended key usage, as Node names it. */
const TIME_STAMPING = "1.3.6.1.5.5.7.3.8";

/**
 * @param response TimeStampResp, DER
 * @param of what must be what it was given for
 * @throws AnchorError that says what does not fit
 */
export function readTimeStamp(response: Uint8Array, of: Uint8Array): TimeStamp {
  try {
    return checked(response, of);
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw new AnchorError(`the answer is not a time-stamp response: ${error.message}`, { cause: error });
  }
}

function checked(response: Uint8Array, of: Uint8Array): TimeStamp {
  const [status, token] = childrenOf(readDer(response), TAG.sequence);
  checkGranted(childrenOf(status, TAG.sequence));
  const [type, wrapped] = childrenOf(token, TAG.sequence);
  if (oidOf(type) !== SIGNED_DATA) throw new AnchorError("the time-stamp is not signed data");
  const [, , inner, ...rest] = childrenOf(childrenOf(wrapped, TAG.context0)[0], TAG.sequence);
  const [innerType, innerContent] = childrenOf(inner, TAG.sequence);
  if (oidOf(innerType) !== TST_INFO) throw new AnchorError("the signed data is not a time-stamp");
  const info = contentOf(childrenOf(innerContent, TAG.context0)[0], TAG.octets);
  const stamp = infoOf(info, of);
  const certificates = rest.find(({ tag }) => tag === TAG.context0);
  const [signer, ...others] = childrenOf(rest.at(-1), TAG.set);
  if (signer === undefined || others.length > 0) throw new AnchorError("the time-stamp has not one signer");
  const authority = signerOf(signer, info, certificates, stamp.utcNs);
  return { ...stamp, authority };
}

function checkGranted([status, ...details]: readonly DerNode[]): void {
  const code = contentOf(status, TAG.integer)[0];
  // 1: granted with changes, none of which touch what is checked here.
  if (code === 0 || code === 1) return;
  const text = details.find(({ tag }) => tag === TAG.sequence);
  const said =
    text === undefined
      ? ""
      : `: ${childrenOf(text, TAG.sequence)
          .map((part) => fromUtf8(part.content))
          .join(" ")}`;
  throw new AnchorError(`the authority refused with status ${code}${said}`);
}

/** TSTInfo: version, policy, imprint, serial, time, and what is optional. */
function infoOf(info: Uint8Array, of: Uint8Array): Omit<TimeStamp, "authority"> {
  const [, , imprint, serial, time, ...rest] = childrenOf(readDer(info), TAG.sequence);
  const [algorithm, digest] = childrenOf(imprint, TAG.sequence);
  if (
    oidOf(childrenOf(algorithm, TAG.sequence)[0]) !== SHA_256 ||
    !equalBytes(contentOf(digest, TAG.octets), sha256(of))
  ) {
    throw new AnchorError("the time-stamp is of something else");
  }
  const nonce = rest.find(({ tag }) => tag === TAG.integer);
  return {
    utcNs: parseTime(fromUtf8(contentOf(time, TAG.generalizedTime))),
    serial: toHex(contentOf(serial, TAG.integer)),
    nonce: nonce && toHex(nonce.content),
  };
}

/** `20261120155000Z`, with a fraction of a second where the authority gives one. */
function parseTime(text: string): bigint {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,9}))?Z$/.exec(text);
  if (parts === null) throw new AnchorError(`the time-stamp's time is not one: ${JSON.stringify(text)}`);
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  return BigInt(ms) * 1_000_000n + BigInt((parts[7] ?? "").padEnd(9, "0"));
}

/** @returns the subject of the certificate that signed `info` */
function signerOf(
  signer: DerNode,
  info: Uint8Array,
  certificates: DerNode | undefined,
  utcNs: bigint,
): string {
  const [, identity, digestAlgorithm, attributes, , signature] = childrenOf(signer, TAG.sequence);
  const digest = DIGESTS[oidOf(childrenOf(digestAlgorithm, TAG.sequence)[0])];
  if (digest === undefined)
    throw new AnchorError("the time-stamp is signed over a hash that is not known here");
  const stated = childrenOf(attributes, TAG.context0).map((attribute) => childrenOf(attribute, TAG.sequence));
  const valueOf = (types: readonly string[]) => {
    const found = stated.find(([type]) => types.includes(oidOf(type)));
    return found && childrenOf(found[1], TAG.set)[0];
  };
  const message = contentOf(valueOf([MESSAGE_DIGEST]), TAG.octets);
  if (!equalBytes(message, createHash(digest).update(info).digest())) {
    throw new AnchorError("the time-stamp has changed since it was signed");
  }
  const certificate = certificateOf(identity, certificates);
  checkNamed(valueOf(SIGNING_CERTIFICATE), certificate);
  // What is signed are the attributes as a SET, not as the [0] that they stand in.
  const signed = concat(Uint8Array.of(TAG.set), attributes?.whole.subarray(1) ?? new Uint8Array(0));
  if (!isSigned(digest, signed, certificate, contentOf(signature, TAG.octets))) {
    throw new AnchorError("the time-stamp is not signed by the certificate that it names");
  }
  checkUse(certificate, utcNs);
  return certificate.subject.replaceAll("\n", ", ");
}

/** @throws AnchorError for a key that is none */
function isSigned(
  digest: string,
  signed: Uint8Array,
  certificate: X509Certificate,
  signature: Uint8Array,
): boolean {
  try {
    return verify(digest, signed, certificate.publicKey, signature);
  } catch (error) {
    throw new AnchorError("the key in the time-stamp's certificate is none", { cause: error });
  }
}

/** By issuer and serial number, which is how a signer of version 1 is named. */
function certificateOf(identity: DerNode | undefined, certificates: DerNode | undefined): X509Certificate {
  const name = toHex(contentOf(identity, TAG.sequence));
  const found =
    certificates &&
    childrenOf(certificates, TAG.context0).find((one) => toHex(issuerAndSerial(one)) === name);
  if (found === undefined)
    throw new AnchorError("the time-stamp does not bring the certificate of its signer");
  try {
    return new X509Certificate(found.whole);
  } catch (error) {
    throw new AnchorError("the certificate in the time-stamp is none", { cause: error });
  }
}

function issuerAndSerial(certificate: DerNode): Uint8Array {
  const [body] = childrenOf(certificate, TAG.sequence);
  const fields = childrenOf(body, TAG.sequence);
  const [serial, , issuer] = fields[0]?.tag === TAG.context0 ? fields.slice(1) : fields;
  return Buffer.concat([issuer?.whole ?? new Uint8Array(0), serial?.whole ?? new Uint8Array(0)]);
}

/** The signer names its certificate by hash too: otherwise a changed one with the same key would pass. */
function checkNamed(value: DerNode | undefined, certificate: X509Certificate): void {
  const [first] = childrenOf(childrenOf(value, TAG.sequence)[0], TAG.sequence);
  const hash = childrenOf(first, TAG.sequence).find(({ tag }) => tag === TAG.octets);
  const known = ["sha1", "sha256", "sha384", "sha512"].map((name) =>
    createHash(name).update(certificate.raw).digest(),
  );
  if (hash === undefined || !known.some((one) => equalBytes(one, hash.content))) {
    throw new AnchorError("the time-stamp does not bring the certificate that it was signed with");
  }
}

function checkUse(certificate: X509Certificate, utcNs: bigint): void {
  if (!certificate.keyUsage?.includes(TIME_STAMPING)) {
    throw new AnchorError("the time-stamp is signed by a certificate that is not meant for time-stamping");
  }
  const ms = Number(utcNs / 1_000_000n);
  if (ms < certificate.validFromDate.getTime() || ms > certificate.validToDate.getTime()) {
    throw new AnchorError("the time-stamp is signed by a certificate that was not valid at its time");
  }
}
