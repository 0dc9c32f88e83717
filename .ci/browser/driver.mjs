// Headless Chromium, spoken to over its own protocol, so that nothing but Node and Chromium is needed: a tab, its keys, its
// pictures, and a count of what holds.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

export const [page, ...options] = process.argv.slice(2);
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
export const tab = (method, params) => send(method, params, sessionId);
export const requests = [], complaints = [];
let loaded;
const load = new Promise((done) => { loaded = done; });
listeners.push(({ method, params }) => {
  if (method === "Network.requestWillBeSent") requests.push(params.request.url);
  if (method === "Log.entryAdded" || method === "Runtime.exceptionThrown") complaints.push(JSON.stringify(params));
  if (method === "Page.loadEventFired") loaded();
});
for (const domain of ["Page", "Network", "Log", "Runtime"]) await tab(`${domain}.enable`);

export const run = async (expression) => {
  const answer = await tab("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
  if (answer.exceptionDetails) throw new Error(`${expression}: ${JSON.stringify(answer.exceptionDetails)}`);
  return answer.result.value;
};
export const settle = () => run("new Promise((done) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 150))");
export const key = async (name, modifiers = 0) => {
  const codes = { ArrowDown: 40, ArrowUp: 38, ArrowRight: 39, ArrowLeft: 37, Home: 36, End: 35, PageDown: 34, PageUp: 33, Tab: 9 };
  const event = { key: name, code: name, windowsVirtualKeyCode: codes[name], modifiers };
  await tab("Input.dispatchKeyEvent", { type: "rawKeyDown", ...event });
  await tab("Input.dispatchKeyEvent", { type: "keyUp", ...event });
};
export const picture = async (name, all = false) => {
  if (!pictures) return;
  const { data } = await tab("Page.captureScreenshot", { format: "png", captureBeyondViewport: all });
  writeFileSync(join(pictures, `${name}.png`), Buffer.from(data, "base64"));
};

export const keep = (name, bytes) => {
  if (pictures) writeFileSync(join(pictures, name), bytes);
};

let failures = 0, checks = 0;
export const check = (what, holds, seen) => {
  checks += 1;
  if (holds) return;
  failures += 1;
  console.error(`not so: ${what}${seen === undefined ? "" : ` (${JSON.stringify(seen)})`}`);
};

// Opens the page; the milliseconds that it took.
export const open = async () => {
  const began = Date.now();
  await tab("Page.navigate", { url: pathToFileURL(resolve(page)).href });
  await load;
  await settle();
  return Date.now() - began;
};

// What axe finds that is serious, if axe is here.
export const accessible = async (state) => {
  if (!axe) {
    console.log("axe-core is not here; its check is left out");
    return;
  }
  if (!await run("Boolean(window.axe)")) await run(readFileSync(axe, "utf8"));
  const found = JSON.parse(await run("axe.run(document, { resultTypes: ['violations'] }).then((result) => JSON.stringify(result.violations.map((it) => ({ id: it.id, impact: it.impact, help: it.help, nodes: it.nodes.slice(0, 3).map((node) => node.html) }))))"));
  const serious = found.filter((it) => ["serious", "critical"].includes(it.impact));
  check(`axe finds nothing serious (${state})`, serious.length === 0, serious);
  if (found.length > serious.length) console.log(`axe, minor (${state}):`, found.map((it) => it.id).join(" "));
};

// Runs checks, and ends with what they found.
export const session = async (checking) => {
  try {
    await checking();
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
};
