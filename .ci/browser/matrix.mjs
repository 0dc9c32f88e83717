// Uses a page of the matrix as people do: search, filters, keyboard, print, a screen reader's view.
//
//   node --experimental-websocket matrix.mjs PAGE [--axe FILE] [--pictures FOLDER]

import { accessible, check, key, open, picture, run, session, settle, tab } from "./driver.mjs";

const count = () => run("document.getElementById('count').textContent");
const type = (id, text) => run(`(() => { const it = document.getElementById("${id}"); it.value = ${JSON.stringify(text)}; it.dispatchEvent(new Event("input", { bubbles: true })); })()`).then(settle);
const pick = (id, label) => run(`(() => { const it = document.getElementById("${id}"); it.value = label(); function label() { return [...it.options].find((option) => option.textContent.includes(${JSON.stringify(label)})).value; } it.dispatchEvent(new Event("input", { bubbles: true })); })()`).then(settle);
const clear = () => run("document.getElementById('filters').reset()").then(settle);
const shown = (role) => run(`document.querySelectorAll('[role=${role}]').length`);
const focus = () => run("({ role: document.activeElement.getAttribute('role'), row: Number(document.activeElement.dataset.row), col: Number(document.activeElement.dataset.col) })");

// Words of our own that do not fit into where they stand.
const cut = () => run("[...document.querySelectorAll('header, footer, #legend, #detail, label, h1, p')].filter((it) => it.checkVisibility() && (it.scrollWidth > it.clientWidth + 1 || it.scrollHeight > it.clientHeight + 1)).map((it) => it.textContent.slice(0, 60))");

await session(async () => {
  const took = await open();
  check("the page is there within three seconds", took < 3000, took);
  await picture("page");

  // Rows are drawn when they are looked at.
  const data = JSON.parse(await run("document.getElementById('data').textContent"));
  check("thousands of rows", data.rows.length > 3000, data.rows.length);
  check("2,000 people", data.people.length >= 2000, data.people.length);
  check("few rows are drawn", await shown("rowheader") < 60, await shown("rowheader"));
  check("the count says all", (await count()).startsWith(`${data.rows.length.toLocaleString("en")} of`), await count());
  const jump = await run(`(async () => { const grid = document.getElementById("grid"); const times = []; for (let at = 0; at < 60; at += 1) { const began = performance.now(); grid.scrollTop = at * 2600; grid.scrollLeft = at * 90; await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))); times.push(performance.now() - began); } times.sort((a, b) => a - b); return times[Math.floor(times.length / 2)]; })()`);
  // Two frames at a time, on machines without a graphics card: what must not happen is that drawing takes long.
  check("the heads stay", await run("(() => { const head = document.getElementById('head').getBoundingClientRect(), grid = document.getElementById('grid').getBoundingClientRect(), who = document.querySelector('#body .who').getBoundingClientRect(); return Math.abs(head.top - grid.top) < 2 && Math.abs(who.left - grid.left) < 2; })()"));
  check("scrolling is smooth", jump < 250, jump);

  // Names from outside are text.
  check("nothing of a name has run", await run("document.title") === await run("document.querySelector('h1').textContent"));
  await type("who", "<script>");
  check("a hostile name is found by its text", (await count()).includes("(1 person)"), await count());
  check("and shown as text", (await run("document.querySelector('[role=rowheader] b').textContent")).includes("<script>"));
  check("one script of code", await run("document.querySelectorAll('script').length") === 2);
  await clear();

  // Search and filters.
  await type("who", "berzina");
  check("search does not care for marks", Number((await count()).split(" ")[0].replace(",", "")) > 1000, await count());
  await type("who", "berzina 1998 person");
  check("search takes words in any order", (await count()).includes("(1 person)"), await count());
  await type("who", "p1999");
  check("search finds a key", (await count()).includes("(1 person)"), await count());
  await clear();
  await pick("place", "Branch 7 ");
  const there = await run("[...document.querySelectorAll('[role=rowheader] span')].every((it) => it.textContent.startsWith('Branch 7 '))");
  check("a place filters", there);
  await pick("role", "manager");
  check("a role filters", await run("[...document.querySelectorAll('[role=rowheader] span')].every((it) => it.textContent.includes('manager'))"));
  await picture("filtered");
  await clear();
  await pick("place", "Branch 0 ");
  check("a location is one place in two systems", await run("[...document.querySelectorAll('#place option')].filter((it) => it.textContent.startsWith('Branch 0 ')).length") === 1);
  await clear();
  await type("right", "delete finance transactions");
  await pick("only", "what they have");
  const has = Number((await count()).split(" ")[0].replace(",", ""));
  check("only those who have it", has > 0 && await run("[...document.querySelectorAll('[role=gridcell]')].every((it) => !['no', 'unknown', 'na'].some((kind) => it.classList.contains(kind)))"), await count());
  await pick("only", "what is unknown");
  check("nothing is unknown here", (await count()).startsWith("0 of"), await count());
  await clear();
  await pick("sensitivity", "deletion");
  check("a sensitivity leaves its rights alone", await run("[...document.querySelectorAll('#head .col')].every((it) => it.textContent.includes('[deletion]'))"));
  check("and those who have them", Number((await count()).split(" ")[0].replace(",", "")) < data.rows.length, await count());
  await clear();
  await type("right", "delete finance transactions");
  check("a right is found by its title", await run("document.querySelectorAll('#head .col').length") === 1);
  await type("who", "nobody is called so");
  check("nothing found is said", (await count()).startsWith("0 of"), await count());
  await clear();

  // Keyboard: into the table with Tab, about with arrows, and focus is never lost.
  await run("document.getElementById('printing').focus()");
  await key("Tab");
  check("Tab goes into the table", (await focus()).role === "columnheader", await focus());
  await key("ArrowDown"); await key("ArrowDown"); await key("ArrowRight");
  check("arrows move", JSON.stringify(await focus()) === JSON.stringify({ role: "gridcell", row: 1, col: 0 }), await focus());
  check("what has the focus is told", (await run("document.getElementById('detail').textContent")).includes(": "));
  await key("End", 2);
  check("Ctrl+End goes to the last cell", (await focus()).row === data.rows.length - 1, await focus());
  await settle();
  const seen = await run("(() => { const it = document.activeElement.getBoundingClientRect(), grid = document.getElementById('grid').getBoundingClientRect(); return it.bottom <= grid.bottom + 1 && it.right <= grid.right + 1 && it.left >= grid.left; })()");
  check("and it can be seen", seen);
  await picture("keyboard");
  await run("document.getElementById('grid').scrollTop = 0");
  await settle();
  check("scrolling away keeps the focus", (await focus()).row === data.rows.length - 1, await focus());
  await key("Home", 2);
  check("Ctrl+Home goes to the first", JSON.stringify(await focus()) === JSON.stringify({ role: "columnheader", row: -1, col: -1 }), await focus());
  await key("PageDown");
  check("PageDown goes a page", (await focus()).row > 3, await focus());

  // What a screen reader has.
  check("a name for every control", await run("[...document.querySelectorAll('input, select, button')].every((it) => it.labels?.length || it.textContent)"));
  check("every cell has its words", await run("[...document.querySelectorAll('[role=gridcell]')].every((it) => it.getAttribute('aria-label'))"));
  check("the count is a status", await run("document.getElementById('count').getAttribute('role')") === "status");
  check("rows say where they are", await run("[...document.querySelectorAll('#body [role=row]')].every((it) => Number(it.getAttribute('aria-rowindex')) > 1)"));
  check("the grid knows its size", await run("document.getElementById('grid').getAttribute('aria-rowcount')") === String(data.rows.length + 1));
  await accessible("all");
  await pick("place", "Branch 7 ");
  await accessible("filtered");
  await clear();

  // Paper: what is filtered, as paragraphs, and no controls.
  await pick("place", "Branch 7 ");
  const rows = Number((await count()).split(" ")[0].replace(",", ""));
  await run("window.dispatchEvent(new Event('beforeprint'))");
  await tab("Emulation.setEmulatedMedia", { media: "print" });
  check("paper has every row", await run("document.querySelectorAll('#print section').length") === rows, rows);
  check("and what is filtered", (await run("document.querySelector('#print .chosen').textContent")).includes("Place: Branch 7 "), await run("document.querySelector('#print .chosen').textContent"));
  check("and no controls", await run("getComputedStyle(document.getElementById('filters')).display") === "none");
  check("and what they have", (await run("document.querySelector('#print section').textContent")).includes(": "));
  await picture("print");
  const { data: pdf } = await tab("Page.printToPDF", {});
  check("it can be printed", Buffer.from(pdf, "base64").subarray(0, 5).toString() === "%PDF-");
  await tab("Emulation.setEmulatedMedia", { media: "" });
  await clear();

  // A window beside another one.
  await tab("Emulation.setDeviceMetricsOverride", { width: 900, height: 700, deviceScaleFactor: 1, mobile: false });
  await settle();
  check("no word of the page is cut", (await cut()).length === 0, await cut());
  check("the word that says what a row stands on is whole", await run("[...document.querySelectorAll('.state')].length && [...document.querySelectorAll('.state')].every((it) => it.scrollWidth <= it.clientWidth + 1 && it.getBoundingClientRect().right <= it.closest('.who').getBoundingClientRect().right)"));
  await picture("small-window");

  // Small, dark.
  await tab("Emulation.setDeviceMetricsOverride", { width: 390, height: 800, deviceScaleFactor: 2, mobile: true });
  await tab("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: "dark" }] });
  await settle();
  check("the table is there on a phone", await run("document.getElementById('grid').clientHeight") > 150);
  await picture("phone-dark");
});
