/**
 * The environment in which a process finds a Vulkan: the machine's own where it has a driver, else SwiftShader, the
 * one in software that Debian's chromium brings along. Slow, but WebGPU's kernels run on it as on a card.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const driverFolders = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"];
const chromium = "/usr/lib/chromium";

/** Null where this machine has neither. */
export function vulkanEnvironment(): NodeJS.ProcessEnv | null {
  if (process.platform !== "linux") return process.env;
  const own = process.env["VK_DRIVER_FILES"] ?? process.env["VK_ICD_FILENAMES"];
  const driver = driverFolders.some((path) => existsSync(path) && readdirSync(path).length > 0);
  if (own !== undefined || driver) return process.env;
  const software = join(chromium, "vk_swiftshader_icd.json");
  if (!existsSync(software)) return null;
  return { ...process.env, LD_LIBRARY_PATH: chromium, VK_ICD_FILENAMES: software };
}
