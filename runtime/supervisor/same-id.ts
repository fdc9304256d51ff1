/**
 * Frames carry the instrument's id and nothing else of it: two instruments with one id would be told
 * apart by nobody, and the values of one would be read as the other's.
 */
import type { HelixConfig } from "@helix/config";

interface Identified {
  /** In helix.toml. */
  readonly key: string;
  readonly instrumentId: string;
}

/** @throws ProblemsError at the second instrument that has the id of an earlier one */
export async function refuseSameId(
  { source }: Pick<HelixConfig, "source">,
  instruments: readonly Identified[],
): Promise<void> {
  const byId = new Map<string, string>();
  for (const { key, instrumentId } of instruments) {
    const other = byId.get(instrumentId);
    byId.set(instrumentId, key);
    if (other === undefined) continue;
    const locate = await source.locate();
    const problem = {
      file: source.file,
      ...locate(["instruments", key], "key"),
      message: `instruments "${other}" and "${key}" have the same id, ${instrumentId}`,
      expected: "something that tells them apart in the [config] of each, such as serial_number",
    };
    throw source.error([problem]);
  }
}
