// Opens a page of the matrix in headless Chromium and uses it as people do: search, filters, keyboard, print, a screen
// reader's view. Speaks to the browser over its own protocol, so that nothing but Node and Chromium is needed.
//
//   node --experimental-websocket check.mjs PAGE [--axe FILE] [--pictures FOLDER]

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [page, ...options] = process.argv.slice(2);
const option = (name) => options.includes(name) ? options[options.indexOf(name) + 1] : undefined;
const axe = option("--axe"), pictures = option("--pictures");

const home = mkdtempSync(join(tmpdir(), "keyholder-browser-"));
const browser = spawn(process.env.CHROMIUM ?? "chromium", [
  "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
  "--disable-background-networking", "--disable-component-update", "--hide-scrollbars", "--window-size=1280,900",
  "--remote-debugging-port=0", `--user-data-dir=${home}`, "about:blank",
], { stdio: ["ignore", "ignore", "pipe"] });

const address = await new Promise((done, failed) => {
  let said = "";
  const late = setTimeout(() => failed(new Error(`Chromium does not answer: ${said}`)), 60_000);
  browser.stderr.on("data", (bytes) => {
    said += bytes;
    const found = said.match(/DevTools listening on (ws:\S+)/);
    if (found) { clearTimeout(late); done(found[1]); }
  });
  browser.on("exit", (code) => failed(new Error(`Chromium ended with ${code}: ${said}`)));
});

const socket = new WebSocket(address);
await new Promise((done) => socket.addEventListener("open", done));
let last = 0;
const waiting = new Map(), listeners = [];
socket.addEventListener("message", ({ data }) => {
  const message = JSON.parse(data);
  if (message.id) {
    const { done, failed } = waiting.get(message.id);
    waiting.delete(message.id);
    message.error ? failed(new Error(message.error.message)) : done(message.result);
  } else listeners.forEach((listener) => listener(message));
});
const send = (method, params = {}, sessionId) => new Promise((done, failed) => {
  last += 1;
  waiting.set(last, { done, failed });
  socket.send(JSON.stringify({ id: last, method, params, sessionId }));
});

const { targetId } = await send("Target.createTarget", { url: "about:blank" });
const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
const tab = (method, params) => send(method, params, sessionId);
const requests = [], complaints = [];
let loaded;
const load = new Promise((done) => { loaded = done; });
listeners.push(({ method, params }) => {
  if (method === "Network.requestWillBeSent") requests.push(params.request.url);
  if (method === "Log.entryAdded" || method === "Runtime.exceptionThrown") complaints.push(JSON.stringify(params));
  if (method === "Page.loadEventFired") loaded();
});
for (const domain of ["Page", "Network", "Log", "Runtime"]) await tab(`${domain}.enable`);

const run = async (expression) => {
  const answer = await tab("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
  if (answer.exceptionDetails) throw new Error(`${expression}: ${JSON.stringify(answer.exceptionDetails)}`);
  return answer.result.value;
};
const settle = () => run("new Promise((done) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 150))");
const key = async (name, modifiers = 0) => {
  const codes = { ArrowDown: 40, ArrowUp: 38, ArrowRight: 39, ArrowLeft: 37, Home: 36, End: 35, PageDown: 34, PageUp: 33, Tab: 9 };
  const event = { key: name, code: name, windowsVirtualKeyCode: codes[name], modifiers };
  await tab("Input.dispatchKeyEvent", { type: "rawKeyDown", ...event });
  await tab("Input.dispatchKeyEvent", { type: "keyUp", ...event });
};
const picture = async (name) => {
  if (!pictures) return;
  const { data } = await tab("Page.captureScreenshot", { format: "png" });
  writeFileSync(join(pictures, `${name}.png`), Buffer.from(data, "base64"));
};

let failures = 0, checks = 0;
const check = (what, holds, seen) => {
  checks += 1;
  if (holds) return;
  failures += 1;
  console.error(`not so: ${what}${seen === undefined ? "" : ` (${JSON.stringify(seen)})`}`);
};
const count = () => run("document.getElementById('count').textContent");
const type = (id, text) => run(`(() => { const it = document.getElementById("${id}"); it.value = ${JSON.stringify(text)}; it.dispatchEvent(new Event("input", { bubbles: true })); })()`).then(settle);
const pick = (id, label) => run(`(() => { const it = document.getElementById("${id}"); it.value = label(); function label() { return [...it.options].find((option) => option.textContent.includes(${JSON.stringify(label)})).value; } it.dispatchEvent(new Event("input", { bubbles: true })); })()`).then(settle);
const clear = () => run("document.getElementById('filters').reset()").then(settle);
const shown = (role) => run(`document.querySelectorAll('[role=${role}]').length`);
const focus = () => run("({ role: document.activeElement.getAttribute('role'), row: Number(document.activeElement.dataset.row), col: Number(document.activeElement.dataset.col) })");

try {
  const began = Date.now();
  await tab("Page.navigate", { url: pathToFileURL(resolve(page)).href });
  await load;
  await settle();
  check("the page is there within three seconds", Date.now() - began < 3000, Date.now() - began);
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
  if (axe) {
    await run(readFileSync(axe, "utf8"));
    for (const state of ["all", "filtered"]) {
      if (state === "filtered") await pick("place", "Branch 7 ");
      const found = JSON.parse(await run("axe.run(document, { resultTypes: ['violations'] }).then((result) => JSON.stringify(result.violations.map((it) => ({ id: it.id, impact: it.impact, help: it.help, nodes: it.nodes.slice(0, 3).map((node) => node.html) }))))"));
      const serious = found.filter((it) => ["serious", "critical"].includes(it.impact));
      check(`axe finds nothing serious (${state})`, serious.length === 0, serious);
      if (found.length > serious.length) console.log("axe, minor:", found.map((it) => it.id).join(" "));
    }
    await clear();
  } else console.log("axe-core is not here; its check is left out");

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

  // Small, dark.
  await tab("Emulation.setDeviceMetricsOverride", { width: 390, height: 800, deviceScaleFactor: 2, mobile: true });
  await tab("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: "dark" }] });
  await settle();
  check("the table is there on a phone", await run("document.getElementById('grid').clientHeight") > 150);
  await picture("phone-dark");

  check("no request but the page itself", requests.every((url) => url.startsWith("file:") && url.endsWith(page.split("/").pop())), requests);
  check("nothing to complain about", complaints.length === 0, complaints);
} catch (error) {
  failures += 1;
  console.error(error);
} finally {
  await send("Browser.close").catch(() => browser.kill());
  await new Promise((done) => { if (browser.exitCode !== null) done(); browser.on("exit", done); setTimeout(done, 5000); });
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
}
console.log(`${checks} checks in the browser, ${failures} not so`);
process.exit(failures ? 1 : 0);
