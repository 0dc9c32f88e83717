// Writes a project of 2,000 people into a folder: the page that is looked at in a browser is made from it.
// Names are those that break pages: markup, quotes, direction overrides, ten thousand characters.

import { mkdirSync, writeFileSync } from "node:fs";

const folder = process.argv[2];
const count = Number(process.argv[3] ?? 2000);
mkdirSync(folder, { recursive: true });

const file = (name, text) => writeFileSync(`${folder}/${name}`, text);
file("keyholder.yaml", `version: 1
time_zone: Europe/Riga
systems:
  salons:
    kind: altegio
    tokens: { partner: { env: A }, user: { env: B } }
  orders:
    kind: keycrm
    tokens: { key: { env: C } }
    roles: [ { name: administrator, id: 1 }, { name: manager, id: 2 } ]
  desk:
    kind: reservio
    tokens: { token: { env: D } }
`);

const places = 40;
const regions = ["riga", "coast", "hills"];
file("locations.yaml", "locations:\n" + Array.from({ length: places }, (_, at) =>
  `  branch-${at}: { title: "Branch ${at} Āgenskalns", tags: { region: ${regions[at % 3]} }, in: { salons: ${1000 + at}${at === 0 ? ', desk: "0d3b7a52-0000-4000-8000-000000000001"' : ""} } }\n`).join(""));

const rights = {
  floor: ["timetable.*: allow", "timetable_last_days_count: 30", "records_create_access: allow"],
  stylist: ["records_edit_access: allow", "records_edit_last_days_count: 3"],
  senior: ["records_edit_last_days_count: 14", "records_edit_duration_access: allow"],
  reception: ["records.*: allow", "clients_access: allow", "clients_card_phone_access: allow"],
  manager: ["finances_transactions_access: allow", "finances_transactions_delete_access: allow", "statistics_access: allow", "settings.*: allow", "storages.*: allow", "clients.*: allow", "dashboard.*: allow"],
};
const parents = { stylist: "floor", senior: "stylist", reception: "floor", manager: "reception" };
file("roles.yaml", "roles:\n" + Object.entries(rights).map(([role, lines]) => {
  const parent = parents[role] ? `    extends: [${parents[role]}]\n` : "";
  const own = parents[role] ? "" : "      role: worker\n      unlisted: deny\n";
  return `  ${role}:\n    title: ${role}\n${parent}    salons:\n${own}      rights:\n${lines.map((line) => `        ${line}\n`).join("")}`;
}).join("") + "  desk:\n    title: Desk\n    desk: { own_bookings: allow, all_bookings: allow, client_list: deny, sections: deny }\n" + "  orders:\n    title: Orders\n    orders: { role: manager, sources: [web] }\n");

const hostile = [
  "<script>document.title='owned'</script>",
  "</script><img src=https://evil.example/x onerror=document.title='owned'>",
  "\"><svg onload=document.title='owned'>",
  "=HYPERLINK(\"https://evil.example\")",
  "Ж".repeat(10000),
  "Zoë & Söhne's <b>Bar</b>",
];
const roles = ["stylist", "stylist", "stylist", "senior", "reception", "manager"];
const people = Array.from({ length: count }, (_, at) => {
  // Quoted as JSON is, which YAML reads alike.
  const name = hostile[at] ? JSON.stringify(hostile[at]) : `{ first: Person ${at}, last: Bērziņa }`;
  const role = roles[at % roles.length];
  const lines = [`{ role: ${role}, at: [branch-${at % places}, branch-${(at * 7 + 3) % places}] }`];
  if (at % 10 === 9) lines.push("{ role: orders }");
  if (at % 500 === 0) lines.push("{ role: desk, at: [branch-0] }");
  if (at % 50 === 0) lines.push(`{ role: reception, at: [branch-${(at + 1) % places}] }`);
  return `  p${at}:\n    name: ${name}\n    email: p${at}@chain.example\n    access: [ ${lines.join(", ")} ]\n`;
});
file("people.yaml", "people:\n" + people.join(""));
