/**
 * Key pairs and self-signed certificates for the OPC UA worlds of the tests. Keys cannot be made
 * inside a world, so this runs before it, in real time.
 */
import { join } from "node:path";
import { OPCUACertificateManager } from "node-opcua-certificate-manager";

export const CERTIFICATE = "own/certs/certificate.pem";
export const PRIVATE_KEY = "own/private/private_key.pem";

/** One PKI folder for each name under `folder`. The validity holds the world's epoch, 2030. */
export async function createIdentities(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const rootFolder = join(folder, name);
    const manager = new OPCUACertificateManager({ rootFolder, disableFileWatchers: true });
    await manager.initialize();
    await manager.createSelfSignedCertificate({
      applicationUri: `urn:world:${name}`,
      subject: `/CN=${name}`,
      dns: [name],
      ip: [],
      startDate: new Date("2024-01-01"),
      validity: 365 * 20,
      outputFile: join(rootFolder, CERTIFICATE),
    });
    await manager.dispose();
  }
}
