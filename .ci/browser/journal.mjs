// Writes a journal of a year into a project of `project.mjs`: the report that is looked at in a browser is made from it.
//
//   node journal.mjs PROJECT [PEOPLE]
//
// Each entry holds the hash of the one before it, as anybody can compute it.

import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";

const folder = process.argv[2];
const count = Number(process.argv[3] ?? 2000);
const year = new Date().getUTCFullYear() - 1;
const places = 40;

const canonical = (value) => Array.isArray(value) ? `[${value.map(canonical).join(",")}]`
  : value && typeof value === "object"
    ? `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`
    : JSON.stringify(value);
const sha = (text) => createHash("sha256").update(text).digest("hex");

const lines = [];
let prev = "0".repeat(64), run = 0, now = Date.UTC(year, 0, 1, 6);
const write = (kind, entry = {}) => {
  if (kind === "run-started") run = lines.length;
  const said = { at: new Date(now).toISOString().replace(".000Z", "Z"), kind, prev, run, seq: lines.length, ...entry };
  prev = sha(`keyholder.journal/1\n${canonical(said)}`);
  lines.push(canonical({ ...said, hash: prev }));
  return said.seq;
};
const step = (...of) => sha(of.join("/")).slice(0, 12);
const place = (at) => `branch-${at % places}`;
const person = (at) => `p${at}`;

// A call, its answer, and what was read back.
const call = (at, where, does, reason, more = {}, verdict = "as-planned") => {
  const about = { system: "salons", place: where, person: person(at), step: step(at, where, does, run) };
  const account = does === "invite" ? {} : { account: String(1000 + at) };
  const verb = { invite: "invite", grant: "copy", remove: "remove" }[does] ?? "write";
  const intent = write("intent", { ...about, ...account, call: verb, does, reason, ...more });
  write("outcome", { intent, result: "done", status: 200 });
  const absent = does === "remove" ? { absent: true } : {};
  write("verified", { ...about, intent, account: String(1000 + at), verdict, ...absent });
};

write("genesis", { format: "keyholder.journal/1", tool: "0.1.0" });
const rules = {
  "limits removals": "10 20%",
  "policy two-managers": "holders location 2 settings_users_access",
  "policy cash-duties": "separation location finances_transactions_delete_access finances_z_report_access",
};
const everybody = Array.from({ length: count }, (_, at) => person(at));
const many = ["records_access", "records_create_access", "records_edit_access", "records_delete_access", "clients_access",
  "clients_card_phone_access", "finances_access", "finances_transactions_access", "statistics_access", "timetable_access"];
const given = Object.fromEntries(many.map((slug) => [slug, true]));
const taken = { records_delete_access: false, finances_transactions_access: false };
// Everybody joins by the end of March, and who leaves does so later.
const joins = (at) => at % 6;
const leaves = (at) => at % 16 === 7 ? 4 + (at >> 4) % 8 : undefined;
for (let month = 0; month < 12; month += 1) {
  for (const [day, actor] of [[3, "CI job <b>771</b> @chain/owners"], [17, "nightly"]]) {
    now = Date.UTC(year, month, day, 7, 30);
    write("run-started", {
      command: "apply", tool: "0.1.0", plan: sha(`plan ${month} ${day}`), actor,
      config: { digest: sha(`config ${month}`), commit: sha(`commit ${month}`).slice(0, 40), dirty: false },
      systems: [{ name: "salons", kind: "altegio", host: "api.alteg.io" }],
    });
    if (month === 0 && day === 3) write("config-known", { people: { added: everybody.sort() }, rules });
    if (month === 5 && day === 3) {
      write("config-known", { rules: { ...rules, "limits removals": "none none", "approval removals people:p7,p23": `any ${year}-07-01T21:00:00Z` } });
    }
    const gone = everybody.map((_, at) => at).filter((at) => leaves(at) === month);
    const held = Array.from({ length: day === 3 ? 30 + month * 5 : 0 }, (_, at) => ({ code: at % 3 ? "over-limit" : "identity-doubt", does: "invite", person: person(at * 7 + month), place: place(at), step: step("held", at, month), system: "salons" }));
    write("judged", {
      holds: held,
      findings: month === 11 ? [{ policy: "two-managers", side: "live", people: [person(5), person(11)], rights: ["settings_users_access"], system: "salons", place: place(3) }] : [],
      drift: Array.from({ length: 12 }, (_, at) => ({ account: String(1000 + at * 3), person: person(at * 3), place: place(at), system: "salons", step: step("drift", at), does: "set-rights", more: ["records_delete_access", "clients_export_access"].slice(at % 2) })),
      strangers: Array.from({ length: month }, (_, at) => ({ account: String(90000 + at), places: [place(at), place(at + 9)], system: "salons" })),
      unread: month % 4 === 3 ? [{ system: "salons", place: place(39), how: "unreadable" }] : [],
      left: Object.fromEntries(day === 3 ? gone.map((at) => [person(at), new Date(Date.UTC(year, month, 1, 21)).toISOString().replace(".000Z", "Z")]) : []),
    });
    for (let at = 0; at < count; at += 1) {
      now += 400;
      if (joins(at) === month * 2 + (day === 17)) {
        const is_new = at % 20 === 0;
        const message = is_new ? { way: at % 40 ? "email" : "phone", present: [] } : { from: place(at + 1) };
        call(at, place(at), is_new ? "invite" : "grant", "joined", { ...message, role: "worker", rights: given });
      } else if (month === 6 && day === 17 && at % 2 === 0) {
        call(at, place(at), "set-rights", "role-changed", { role: "worker", rights: taken });
      } else if (day === 3 && gone.includes(at)) {
        if (at % 48 === 7) {
          write("handed-over", { step: step("hand", at), does: "remove", system: "desk", place: place(0), person: person(at), reason: "left", says: { state: "absent" } });
        } else call(at, place(at), "remove", "left", { ends: true }, at % 80 === 23 ? "not-readable" : "as-planned");
      }
    }
    // The last run was killed.
    if (month < 11 || day === 3) write("run-ended", { done: 40 + month, waiting: 3, left: month % 3 });
  }
}

mkdirSync(`${folder}/.keyholder`, { recursive: true });
writeFileSync(`${folder}/.keyholder/journal.jsonl`, lines.map((line) => `${line}\n`).join(""));
writeFileSync(`${folder}/.keyholder/head`, `${lines.length - 1}:${prev}\n`);
