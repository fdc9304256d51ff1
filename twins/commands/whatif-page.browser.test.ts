/** The page of `helix whatif` in a real browser, as its readers open it: from a file, offline, on paper. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { caller } from "./command-call.test-support.ts";
import { command as whatif } from "./whatif.ts";

const CHROMIUM = "/usr/bin/chromium";
const isThere = existsSync(CHROMIUM);
const reason = isThere ? "" : " (skipped: needs chromium, apt-get install chromium)";
const PATIENCE_MS = 60_000;
const { call, folder } = await caller();

describe.skipIf(!isThere)(`the page in a browser${reason}`, () => {
  let browser: Browser;
  let url: string;

  beforeAll(async () => {
    const given = { runs: 60, points: 15, rank: 16, workers: 0, spaghetti: 5, html: "page.html" };
    await call(whatif, undefined, { model: "cho-fed-batch" }, { ...given, against: ["feed[6..14]=1.2x"] });
    url = pathToFileURL(join(folder, "page.html")).href;
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
      timeout: PATIENCE_MS,
    });
  }, PATIENCE_MS);
  afterAll(() => browser?.close(), PATIENCE_MS);

  async function open(width: number, colorScheme: "light" | "dark" = "light") {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
    const page = await context.newPage();
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(url, { timeout: PATIENCE_MS });
    return { page, complaints, requests };
  }

  test.each([360, 820, 1600])(
    "at %d px nothing but tables scrolls sideways",
    { timeout: PATIENCE_MS },
    async (width) => {
      const { page, complaints, requests } = await open(width);
      const beyond = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth");
      expect(beyond).toBeLessThanOrEqual(0);
      expect(await page.locator(".panels figure svg").count()).toBe(8);
      expect(complaints).toEqual([]);
      expect(requests).toEqual([url]);
      await page.context().close();
    },
  );

  test.each(["light", "dark"] as const)(
    "text stands out from %s paper",
    { timeout: PATIENCE_MS },
    async (scheme) => {
      const { page } = await open(1200, scheme);
      const contrast = await page.evaluate(`(() => {
      const light = (colour) => {
        const [r, g, b] = colour.match(/\\d+/g).map((c) => c / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const paper = light(getComputedStyle(document.body).backgroundColor);
      const ratio = (selector) => {
        const ink = light(getComputedStyle(document.querySelector(selector)).color);
        return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
      };
      return ["h1", ".note", "thead th", "figcaption .text"].map(ratio);
    })()`);
      for (const ratio of contrast as number[]) expect(ratio).toBeGreaterThanOrEqual(4.5);
      await page.context().close();
    },
  );

  test("prints on A4, a panel never cut in two", { timeout: PATIENCE_MS }, async () => {
    const { page } = await open(1200);
    expect((await page.pdf({ format: "A4" })).subarray(0, 5).toString()).toBe("%PDF-");
    await page.emulateMedia({ media: "print" });
    const kept = await page.evaluate(
      "[...document.querySelectorAll('figure')].every((f) => getComputedStyle(f).breakInside === 'avoid')",
    );
    expect(kept).toBe(true);
    await page.context().close();
  });
});
