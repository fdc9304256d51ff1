/**
 * The software adapter that comes with Debian's chromium (SwiftShader), so that the shaders run on every machine
 * that has it. The variable must be in the process's own environment before Dawn starts Vulkan.
 */
import { existsSync } from "node:fs";

const DRIVER = "/usr/lib/chromium/vk_swiftshader_icd.json";
const LIBRARIES = ["/usr/lib/x86_64-linux-gnu/libvulkan.so.1", "/usr/lib/aarch64-linux-gnu/libvulkan.so.1"];

/** What is missing, or undefined. */
export function missingSoftwareGpu(): string | undefined {
  if (existsSync(DRIVER) && LIBRARIES.some((path) => existsSync(path))) return undefined;
  return "needs a software graphics adapter, apt-get install chromium libvulkan1";
}

export function useSoftwareGpu(): void {
  process.env["VK_ICD_FILENAMES"] = DRIVER;
}
