/**
 * An instrument's own keys and its trust list, all under the folder that the host gave it:
 *
 *   own/private/private_key.pem   own/certs/client_certificate.pem
 *   trusted/certs                 rejected
 *
 * Nothing is trusted unless a person, or the rig that owns both ends, has put its certificate into
 * `trusted/certs`. Layout: node-opcua's certificate store, which other OPC UA tools share.
 */
import { join } from "node:path";
import type { Clock } from "@helix/hal";
import type { OPCUACertificateManager } from "node-opcua-certificate-manager";
import { loadOpcUaStack, type OpcUaStack } from "./stack.ts";

const VALID_DAYS = 3650;
const DAY_MS = 86_400_000;
/** The instrument's clock may be behind ours: a certificate of today would not be valid yet. */
const VALID_BEFORE_NOW_DAYS = 1;

/** OPC UA application URI of the client that serves one instrument; also in its certificate. */
export const clientApplicationUri = (instrumentKey: string): string =>
  `urn:helix:client:${encodeURIComponent(instrumentKey)}`;

export const clientApplicationName = (instrumentKey: string): string => `HELIX ${instrumentKey}`;

/**
 * Creates the client's key and self-signed certificate in `pkiFolder` unless they are there.
 * A rig calls it before the first connection to hand the certificate to the other end.
 *
 * @returns path of the certificate, PEM
 */
export async function ensureClientCertificate(
  pkiFolder: string,
  instrumentKey: string,
  clock: Clock,
): Promise<string> {
  const stack = await loadOpcUaStack();
  const store = await openCertificateStore(stack, pkiFolder);
  try {
    return await ensureCertificateIn(stack, store, instrumentKey, clock);
  } finally {
    await closeCertificateStore(store);
  }
}

export async function openCertificateStore(
  stack: OpcUaStack,
  pkiFolder: string,
): Promise<OPCUACertificateManager> {
  const store = new stack.pki.OPCUACertificateManager({
    rootFolder: pkiFolder,
    automaticallyAcceptUnknownCertificate: false,
    // The folder is read afresh for every connection; a watcher would only hold handles open.
    disableFileWatchers: true,
  });
  await store.initialize();
  return store;
}

/** Ends the store whoever still counts as its user: nothing may stay open after a connection. */
export async function closeCertificateStore(store: OPCUACertificateManager): Promise<void> {
  store.referenceCounter = 0;
  await store.dispose();
}

export async function ensureCertificateIn(
  stack: OpcUaStack,
  store: OPCUACertificateManager,
  instrumentKey: string,
  clock: Clock,
): Promise<string> {
  const certificateFile = join(store.rootDir, "own", "certs", "client_certificate.pem");
  if (stack.ua.checkFileExistsAndIsNotEmpty(certificateFile)) return certificateFile;
  const nowMs = Number(clock.wallUtcNs() / 1_000_000n);
  await store.createSelfSignedCertificate({
    applicationUri: clientApplicationUri(instrumentKey),
    dns: [],
    outputFile: certificateFile,
    subject: `/O=HELIX/CN=${clientApplicationName(instrumentKey).replaceAll("/", " ")}`,
    startDate: new Date(nowMs - VALID_BEFORE_NOW_DAYS * DAY_MS),
    validity: VALID_DAYS,
  });
  return certificateFile;
}

/** What is wrong with a server's certificate; undefined when it is trusted and valid. */
export interface CertificateRefusal {
  readonly statusName: string;
  readonly statusCode: number;
  /** For people: what is wrong, where the certificate lies, what to do. */
  readonly reason: string;
}

/** Checks against the trust list; a certificate that is not in it is kept under `rejected`. */
export async function checkServerCertificate(
  stack: OpcUaStack,
  store: OPCUACertificateManager,
  certificate: Buffer,
): Promise<CertificateRefusal | undefined> {
  const { makeSHA1Thumbprint, exploreCertificate, split_der } = stack.ua.crypto_utils;
  const leaf = split_der(certificate)[0] ?? certificate;
  // Somebody who copied the rejected file into the trust list, instead of moving it, has decided.
  if ((await store.isCertificateTrusted(leaf)) === "Good") await store.trustCertificate(leaf);
  const status = await store.checkCertificate(certificate);
  if (status.isGood()) return undefined;
  const thumbprint = makeSHA1Thumbprint(leaf).toString("hex");
  const subject = exploreCertificate(leaf).tbsCertificate.subject.commonName ?? "unnamed";
  const which = `the server's certificate "${subject}" (SHA-1 ${thumbprint})`;
  const trusted = join(store.rootDir, "trusted", "certs");
  const reason =
    status.name === "BadCertificateUntrusted"
      ? `${which} is not trusted; it lies in ${rejectedFile(store, subject, thumbprint)}: if it is the instrument's, move it to ${trusted}`
      : `${which} is not acceptable: ${status.name}; correct it at the instrument`;
  return { statusName: status.name, statusCode: status.value >>> 0, reason };
}

/** The name that the certificate store gives a rejected certificate. */
function rejectedFile(store: OPCUACertificateManager, subject: string, thumbprint: string): string {
  const label = subject
    .normalize("NFKC")
    .replaceAll(/[^A-Za-z0-9._ -]/g, "_")
    .slice(0, 64)
    .trim();
  return join(store.rootDir, "rejected", `${label || "certificate"}[${thumbprint}].pem`);
}
