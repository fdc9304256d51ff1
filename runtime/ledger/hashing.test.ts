import { createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hmacSha256 } from "./hashing.ts";

test("HMAC-SHA-256 is that of node, for any secret and any bytes", () => {
  const bytes = fc.uint8Array({ maxLength: 200 });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), bytes, (secret, message) => {
      const expected = createHmac("sha256", secret).update(message).digest();
      expect(Buffer.from(hmacSha256(secret)(message))).toEqual(expected);
    }),
  );
});
