/** One JSON object per call, for machines: bigint as text, Map as object, bytes as hexadecimal. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === "bigint") return part.toString();
    if (part instanceof Map) return Object.fromEntries(part);
    if (part instanceof Set) return [...part];
    if (part instanceof Uint8Array) return Buffer.from(part).toString("hex");
    if (part instanceof Error) return { name: part.name, message: part.message, cause: part.cause };
    return part;
  });
}
