/** Text into HTML and SVG. */
export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** A coordinate: a tenth of a pixel is enough. */
export const px = (value: number): string => String(Number(value.toFixed(1)));

/** @param rows cells of the body, already markup */
export function table(head: readonly string[], rows: readonly (readonly string[])[], kind = ""): string {
  const cells = (row: readonly string[], tag: string) =>
    row
      .map((cell, i) =>
        i === 0
          ? `<th scope="${tag === "th" ? "col" : "row"}">${cell}</th>`
          : `<${tag}${tag === "th" ? ' scope="col"' : ""}>${cell}</${tag}>`,
      )
      .join("");
  const body = rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("\n");
  return `<div class="scroll"><table${kind ? ` class="${kind}"` : ""}><thead><tr>${cells(head, "th")}</tr></thead><tbody>${body}</tbody></table></div>`;
}
