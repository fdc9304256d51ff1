/**
 * The report's only script: a hair line through all plots of the page at the pointer, and beside
 * each plot the value there, read from the drawn line itself (hence "≈"). Without it nothing is
 * missing but that. Written without "<" and "&", so that the page is well-formed XML as well.
 */
import { FRAME } from "./plot/scale.ts";

export const READ_OUT_SCRIPT = `"use strict";
(() => {
  const plots = [...document.querySelectorAll("svg.trend")].map((svg) => ({
    svg,
    hair: svg.querySelector(".hair"),
    output: svg.closest(".row").querySelector("output"),
    lines: null,
  }));
  const linesOf = (plot) => {
    const paths = [...plot.svg.querySelectorAll("path.value")];
    plot.lines ??= paths.map((path) => {
      const numbers = path.getAttribute("d").match(/-?[0-9.]+/g).map(Number);
      return Array.from({ length: Math.floor(numbers.length / 2) }, (_, i) => [numbers[2 * i], numbers[2 * i + 1]]);
    });
    return plot.lines;
  };
  const read = (plot, x) => {
    const { v0, v1, d } = plot.svg.dataset;
    if (v0 === undefined) return "";
    const line = linesOf(plot).find((points) => x >= points[0][0] - 1 ? points.at(-1)[0] + 1 >= x : false);
    if (line === undefined) return "no data here";
    const nearer = (a, b) => (Math.abs(a[0] - x) > Math.abs(b[0] - x) ? b : a);
    const share = (${FRAME.bottom} - line.reduce(nearer)[1]) / ${FRAME.bottom - FRAME.top};
    return "\\u2248 " + (Number(v0) + share * (v1 - v0)).toFixed(d);
  };
  let pending = 0;
  const show = (x) => {
    for (const plot of plots) {
      const inside = x >= ${FRAME.left} ? ${FRAME.right} >= x : false;
      plot.hair.classList.toggle("shown", inside);
      plot.hair.setAttribute("x1", x);
      plot.hair.setAttribute("x2", x);
      if (plot.output) plot.output.textContent = inside ? read(plot, x) : "";
    }
  };
  for (const { svg } of plots) {
    svg.addEventListener("pointermove", (event) => {
      const box = svg.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * ${FRAME.width};
      cancelAnimationFrame(pending);
      pending = requestAnimationFrame(() => show(x));
    });
    svg.addEventListener("pointerleave", () => {
      cancelAnimationFrame(pending);
      show(-1);
    });
  }
})();
`;
