// Looks at a page of a report as people do: on a desk, on a phone, on paper, and as a screen reader has it.
//
//   node --experimental-websocket report.mjs PAGE [--axe FILE] [--pictures FOLDER]

import { accessible, check, keep, open, picture, run, session, settle, tab } from "./driver.mjs";

const size = async (width, height, mobile = false) => {
  await tab("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: mobile ? 2 : 1, mobile });
  await settle();
};
const height = () => run("document.documentElement.scrollHeight");
// What stands out of the window to the right, but for what is scrolled on its own.
const wide = () => run("[...document.querySelectorAll('main *, header *')].filter((it) => !it.closest('.wide, svg') && it.getBoundingClientRect().right > innerWidth + 1).length");
// Words that are broken in their middle because a column is too narrow: a cell of one short word on two lines.
const broken = () => run("[...document.querySelectorAll('thead th, .short')].filter((it) => it.checkVisibility() && it.textContent && !/[ -]/.test(it.textContent)).filter((it) => { const words = document.createRange(); words.selectNodeContents(it); return new Set([...words.getClientRects()].map((box) => Math.round(box.top))).size > 1; }).map((it) => it.textContent)");
const to = (id) => run(`document.getElementById(${JSON.stringify(id)}).scrollIntoView()`).then(settle);

await session(async () => {
  const took = await open();
  check("the page is there within five seconds", took < 5000, took);
  await picture("report");
  check("no script", await run("document.querySelectorAll('script').length") === 0);
  check("nothing of a text from outside is markup", await run("[...document.querySelectorAll('bdi *')].length") === 0);
  check("2,000 people are told", (await run("document.body.textContent")).includes("2000 joined"));
  const parts = await run("[...document.querySelectorAll('main > section')].map((it) => it.id)");
  check("every part is named in the contents", await run("[...document.querySelectorAll('nav a')].every((it) => document.querySelector(it.getAttribute('href')))") && parts.length > 15, parts);
  check("what is long is folded", await height() < 25000, await height());
  check("nothing is wider than the window", await wide() === 0, await wide());
  check("no word is broken", (await broken()).length === 0, await broken());
  for (const part of ["p1", "p2", "p5", "p13", "p16", "p17"]) {
    await to(part);
    await picture(`report-${part}`);
  }
  await accessible("report");

  await size(900, 800);
  check("nothing is wider than a small window", await wide() === 0, await wide());
  check("no word is broken in a small window", (await broken()).length === 0, await broken());
  await to("p1");
  await picture("report-900");

  // A phone: each row is a card, and each fact carries the name of its column.
  await size(400, 800, true);
  check("nothing is wider than a phone", await wide() === 0, await wide());
  check("no label without what it labels", await run("[...document.querySelectorAll('td[data-label]')].every((it) => it.textContent || getComputedStyle(it).display === 'none')"));
  check("no sideways scrolling", await run("[...document.querySelectorAll('.wide')].every((it) => it.scrollWidth <= it.clientWidth + 1)"));
  check("cells say what they are", (await run("getComputedStyle(document.querySelector('td[data-label]:not(:empty)'), '::before').content")).includes(": "));
  await picture("report-phone");
  for (const part of ["p1", "p2", "p3", "p13", "p16"]) {
    await to(part);
    await picture(`report-phone-${part}`);
  }
  await accessible("report on a phone");
  await tab("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: "dark" }] });
  await settle();
  await accessible("report in the dark");
  await picture("report-phone-dark");
  await tab("Emulation.setEmulatedMedia", { features: [] });

  // Paper: what is folded is open.
  await size(1280, 900);
  const folded = await height();
  await tab("Emulation.setEmulatedMedia", { media: "print" });
  await settle();
  check("paper opens what is folded", await height() > 2 * folded, [folded, await height()]);
  await picture("report-print");
  const { data } = await tab("Page.printToPDF", { paperWidth: 8.27, paperHeight: 11.7, pageRanges: "1-6" });
  const pdf = Buffer.from(data, "base64");
  check("it can be printed", pdf.subarray(0, 5).toString() === "%PDF-");
  await keep("report.pdf", pdf);
  await tab("Emulation.setEmulatedMedia", { media: "" });
});
