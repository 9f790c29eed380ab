import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import packaged, { inflate } from "@sparticuz/chromium";
import { type Browser, chromium } from "playwright-core";

const installedPaths = [
  process.env.CHROME_BIN,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/opt/google/chrome/chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
];

// Root cannot use Chromium's sandbox; containers often have a tiny /dev/shm.
const args = ["--no-sandbox", "--disable-dev-shm-usage", "--font-render-hinting=none"];

/** Starts a headless Chromium: an installed one, or else the packaged one with the libraries it brings along. */
export async function launchBrowser(): Promise<Browser> {
  const installed = installedPaths.find((path) => path !== undefined && existsSync(path));
  if (installed !== undefined) return chromium.launch({ executablePath: installed, args });
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error("No Chrome or Chromium found: install one, or name its program in CHROME_BIN.");
  }
  return launchPackaged();
}

/** The package unpacks its shared libraries on AWS Lambda only; elsewhere they must be asked for. */
async function launchPackaged(): Promise<Browser> {
  const binDir = fileURLToPath(new URL("../bin/", import.meta.resolve("@sparticuz/chromium")));
  const [executablePath] = await Promise.all([
    packaged.executablePath(),
    inflate(join(binDir, "al2023.tar.br")),
  ]);
  const libraries = [join(tmpdir(), "al2023", "lib"), process.env.LD_LIBRARY_PATH].filter(Boolean).join(":");
  const env = { ...process.env, LD_LIBRARY_PATH: libraries, FONTCONFIG_PATH: join(tmpdir(), "fonts") };
  try {
    return await chromium.launch({ executablePath, args, env });
  } catch (error) {
    throw new Error("The packaged Chromium does not start here: install Chrome, or name it in CHROME_BIN.", {
      cause: error,
    });
  }
}
