/**
 * The report in a real browser, as its readers open it: from a file, offline.
 */
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderJunit } from "../junit.ts";
import { readRecord } from "../read-record.ts";
import { sampleRecord } from "../sample-record.ts";
import { renderHtml } from "./report-page.ts";

const CHROMIUM = "/usr/bin/chromium";
const isThere = existsSync(CHROMIUM);
const reason = isThere ? "" : " (skipped: needs chromium, apt-get install chromium)";
const PATIENCE_MS = 60_000;

describe.skipIf(!isThere)(`the report in a browser${reason}`, () => {
  const record = readRecord(sampleRecord());
  let folder: string;
  let browser: Browser;
  let url: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "helix-report-"));
    const file = join(folder, "report.html");
    await writeFile(file, renderHtml(record));
    url = pathToFileURL(file).href;
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
      timeout: PATIENCE_MS,
    });
  }, PATIENCE_MS);
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  }, PATIENCE_MS);

  async function open(options: {
    width: number;
    javaScriptEnabled?: boolean;
    colorScheme?: "light" | "dark";
  }) {
    const { width, ...rest } = options;
    const context = await browser.newContext({ viewport: { width, height: 900 }, ...rest });
    const page = await context.newPage();
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(url, { timeout: PATIENCE_MS });
    return { page, complaints, requests };
  }

  const sections = (page: Page) => page.locator("section > h2").allTextContents();

  test(
    "opens from a file without a complaint and without a request but for itself",
    async () => {
      const { page, complaints, requests } = await open({ width: 1280 });
      expect(await sections(page)).toEqual([
        "Run",
        "Expectations",
        "Trends",
        "Faults",
        "Commands",
        "Gaps, errors and status",
        "Audit ledger",
      ]);
      expect(await page.locator("svg.trend").count()).toBe(12);
      expect(requests).toEqual([url]);
      expect(complaints).toEqual([]);
    },
    PATIENCE_MS,
  );

  test(
    "the pointer reads the value off the line, and says where there is none",
    async () => {
      const { page, complaints } = await open({ width: 1280 });
      const row = page.locator(".row", { has: page.locator("h4", { hasText: /^temperature$/ }) });
      const plot = row.locator("svg");
      const readOut = () => row.locator("output").textContent();
      const width = (await plot.boundingBox())?.width ?? 0;
      await plot.hover({ position: { x: width * 0.95, y: 20 } });
      await expect.poll(readOut, { timeout: PATIENCE_MS }).toMatch(/^≈ 36\.[45]\d*$/);
      await plot.hover({ position: { x: 2, y: 20 } });
      await expect.poll(readOut, { timeout: PATIENCE_MS }).toBe("");
      expect(complaints).toEqual([]);
    },
    PATIENCE_MS,
  );

  test(
    "is whole without scripts, in the dark, and fits a phone without scrolling sideways",
    async () => {
      const { page } = await open({ width: 390, javaScriptEnabled: false, colorScheme: "dark" });
      expect(await sections(page)).toHaveLength(7);
      const overflow = await page.locator("html").evaluate((root) => root.scrollWidth - root.clientWidth);
      expect(overflow).toBe(0);
      const background = await page.evaluate(
        "getComputedStyle(document.querySelector('main')).backgroundColor",
      );
      expect(background).toBe("rgb(24, 28, 32)");
    },
    PATIENCE_MS,
  );

  test(
    "the JUnit file parses as XML there too",
    async () => {
      const { page } = await open({ width: 800 });
      const parsed = `new DOMParser().parseFromString(${JSON.stringify(renderJunit(record))}, "application/xml")`;
      const found = await page.evaluate(
        `["parsererror", "testcase"].map((name) => ${parsed}.querySelectorAll(name).length)`,
      );
      expect(found).toEqual([0, 7]);
    },
    PATIENCE_MS,
  );
});
