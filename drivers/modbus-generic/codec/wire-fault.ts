/** What came over the wire and must not be believed; the bytes are kept as evidence. */
export class WireFault extends Error {
  override readonly name = "WireFault";
  /** What was wrong, e.g. "unit id 2". */
  readonly description: string;
  /** What should have come, e.g. "unit id 1". */
  readonly expectation: string;
  readonly bytes: Uint8Array;
  /** Of a frame whose checksum is wrong; undefined for a sound frame with the wrong content. */
  readonly checksum: { readonly expected: number; readonly actual: number } | undefined;

  constructor(
    description: string,
    expectation: string,
    bytes: Uint8Array,
    checksum?: { readonly expected: number; readonly actual: number },
  ) {
    super(`${description} (expected ${expectation})`);
    this.description = description;
    this.expectation = expectation;
    this.bytes = bytes;
    this.checksum = checksum;
  }
}
