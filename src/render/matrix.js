"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const ROW = 44, COL = 64, HEAD = 190;
  const grid = $("grid"), size = $("size"), head = $("head"), body = $("body");
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const make = (tag, cls, text) => {
    const element = document.createElement(tag);
    if (cls) element.className = cls;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  // Where a row is; of a long one the place is cut, and never the word that says on what it stands.
  const about = (where, state) => {
    const element = make("span", "about");
    element.append(make("i", "", where), make("i", "state", state));
    return element;
  };
  const sets = data.sets.map((set) => new Map(set));
  const without = data.without.map((list) => new Set(list));
  // A name that several have is told apart by the key.
  const named = new Map();
  data.people.forEach((person) => named.set(person[1], (named.get(person[1]) ?? 0) + 1));
  const isShared = (name) => named.get(name) > 1;
  const rowWords = data.rows.map((row) => fold(data.people[row[0]].slice(0, 2).join(" ")));
  // Every word has to be there, in any order.
  const finds = (text) => {
    const words = fold(text).split(/\s+/).filter(Boolean);
    return (within) => words.every((word) => within.includes(word));
  };
  const rightWords = data.rights.map((right) => fold(right[0] + " " + right[1]));
  // Rows and columns that are shown, by position; the cell that has the focus, -1 being the heads.
  let rows = [], cols = [], at = { row: -1, col: -1 }, holds = false, drawing = false;

  const fill = (select, list) => list.forEach((text, index) => {
    const option = make("option", "", text);
    option.value = String(index);
    select.append(option);
  });
  // A location is one place, in however many systems; the chain and the whole of a system are each system's own.
  const placeNames = [], placeOf = data.places.map(([system, key, title]) => {
    const name = key === "chain" || key === "*" ? title + " (" + system + ")" : title + (title === key ? "" : " (" + key + ")");
    if (!placeNames.includes(name)) placeNames.push(name);
    return placeNames.indexOf(name);
  });
  fill($("place"), placeNames);
  fill($("role"), data.roles);
  fill($("sensitivity"), data.sensitivities);

  /** A cell: what it is, and the words for it. */
  const cell = (row, right) => {
    const fields = data.rows[row];
    if (without[data.places[fields[1]][3]].has(right)) return { kind: "na", text: "–", words: "there is no such right here" };
    const number = sets[fields[6]].get(right);
    if (number === undefined) {
      const seen = fields[5] >= 0;
      return { kind: "no", text: "·", words: seen ? "no, observed " + data.times[fields[5]] : "no, declared" };
    }
    const [basis, value, said, differs] = data.cells[number];
    if (basis === 2) return { kind: "unknown", text: "?", words: "unknown" };
    const text = data.values[value];
    if (basis === 1) return { kind: "declared", text: text + "*", words: text + ", declared, nobody looked" };
    const when = ", observed " + data.times[fields[5]];
    if (differs) return { kind: "differs", text: text + " ≠", words: text + when + "; the files say " + data.values[said] };
    return { kind: "yes", text, words: text + when };
  };
  const rowName = (row) => {
    const fields = data.rows[row];
    return { name: data.people[fields[0]][1], key: data.people[fields[0]][0], place: data.places[fields[1]][2], roles: fields[2].map((role) => data.roles[role]).join(", "), state: data.states[fields[3]] };
  };

  /** How many people, and how many accounts that are nobody's. */
  const people = (list) => {
    const all = [...new Set(list.map((row) => data.rows[row][0]))];
    const nobodys = all.filter((person) => data.people[person][2]).length, known = all.length - nobodys;
    const some = (count, one, many) => number(count) + " " + (count === 1 ? one : many);
    return some(known, "person", "people") + (nobodys ? ", " + some(nobodys, "account of nobody", "accounts of nobody") : "");
  };
  const number = (count) => count.toLocaleString("en");
  const filter = () => {
    const whom = finds($("who").value), which = finds($("right").value), right = $("right").value.trim();
    const place = $("place").value, role = $("role").value, kind = $("sensitivity").value;
    const only = $("only").value, all = $("all").checked;
    const wanted = data.rights.map((fields, index) => (kind === "" || fields[2] === Number(kind)) && which(rightWords[index]));
    const narrowed = right !== "" || kind !== "";
    const used = new Set();
    rows = [];
    data.rows.forEach((fields, index) => {
      if (!whom(rowWords[index])) return;
      if (place !== "" && placeOf[fields[1]] !== Number(place)) return;
      if (role !== "" && !fields[2].includes(Number(role))) return;
      let any = false, found = [];
      for (const [position, shown] of sets[fields[6]]) {
        if (!wanted[position]) continue;
        const [basis, , , differs, has] = data.cells[shown];
        if (only === "differs" && !differs) continue;
        if (only === "unknown" && basis !== 2) continue;
        if (only === "has" && !has) continue;
        found.push(position);
        any = true;
      }
      if (!any && (only !== "" || (narrowed && !all))) return;
      found.forEach((position) => used.add(position));
      rows.push(index);
    });
    cols = data.rights.map((_, index) => index).filter((index) => wanted[index] && (all || used.has(index)));
    $("count").textContent = number(rows.length) + " of " + number(data.rows.length) + " rows (" + people(rows) + "), " + number(cols.length) + " of " + number(data.rights.length) + " rights";
    at = { row: -1, col: -1 };
    holds = false;
    $("detail").textContent = "";
    grid.scrollTop = grid.scrollLeft = 0;
    grid.setAttribute("aria-rowcount", String(rows.length + 1));
    grid.setAttribute("aria-colcount", String(cols.length + 1));
    draw();
  };

  const first = () => head.querySelector(".who").offsetWidth || 260;
  const mark = (element, row, col) => {
    element.tabIndex = row === at.row && col === at.col ? 0 : -1;
    element.dataset.row = String(row);
    element.dataset.col = String(col);
    element.setAttribute("aria-colindex", String(col + 2));
  };
  /** Only what can be seen is in the page. */
  const draw = () => {
    // What is replaced loses the focus, which goes back to its successor.
    drawing = true;
    const left = first();
    size.style.width = left + cols.length * COL + "px";
    size.style.height = HEAD + rows.length * ROW + "px";
    const span = (from, room, step, count) => [Math.max(0, Math.floor(from / step) - 3), Math.min(count, Math.ceil((from + room) / step) + 3)];
    const [top, bottom] = span(grid.scrollTop, grid.clientHeight, ROW, rows.length);
    const [start, end] = span(grid.scrollLeft, grid.clientWidth, COL, cols.length);
    const shown = [];
    for (let row = top; row < bottom; row += 1) shown.push(row);
    // The row and column of the focus stay, so that it is never lost by scrolling.
    if (at.row >= 0 && at.row < rows.length && (at.row < top || at.row >= bottom)) shown.push(at.row);
    const across = [];
    for (let col = start; col < end; col += 1) across.push(col);
    if (at.col >= 0 && at.col < cols.length && (at.col < start || at.col >= end)) across.push(at.col);

    const heads = [head.firstElementChild];
    mark(heads[0], -1, -1);
    across.forEach((col) => {
      const fields = data.rights[cols[col]];
      const element = make("div", fields[2] >= 0 ? "col sensitive" : "col");
      const text = fields[1] + (fields[2] >= 0 ? " [" + data.sensitivities[fields[2]] + "]" : "");
      element.append(make("span", "", text));
      element.setAttribute("role", "columnheader");
      element.title = text + " (" + fields[0] + ")";
      element.style.left = left + col * COL + "px";
      mark(element, -1, col);
      heads.push(element);
    });
    head.replaceChildren(...heads);
    body.replaceChildren(...shown.map((row) => {
      const line = make("div", "row");
      line.setAttribute("role", "row");
      line.setAttribute("aria-rowindex", String(row + 2));
      line.style.top = HEAD + row * ROW + "px";
      const { name, key, place, roles, state } = rowName(rows[row]);
      const who = make("div", "who");
      who.setAttribute("role", "rowheader");
      who.append(make("b", "", isShared(name) ? name + " (" + key + ")" : name), about(place + (roles ? " · " + roles : ""), state ? " · " + state : ""));
      who.title = [name + " (" + key + ")", place, roles, state].filter(Boolean).join(", ");
      mark(who, row, -1);
      line.append(who);
      across.forEach((col) => {
        const { kind, text, words } = cell(rows[row], cols[col]);
        const element = make("div", "cell " + kind, text);
        element.setAttribute("role", "gridcell");
        element.setAttribute("aria-label", words);
        element.style.left = left + col * COL + "px";
        mark(element, row, col);
        line.append(element);
      });
      return line;
    }));
    if (holds) focused()?.focus({ preventScroll: true });
    drawing = false;
  };
  const focused = () => grid.querySelector('[data-row="' + at.row + '"][data-col="' + at.col + '"]');
  const tell = () => {
    const right = at.col >= 0 ? data.rights[cols[at.col]] : null;
    const row = at.row >= 0 ? rowName(rows[at.row]) : null;
    let text = "";
    if (row) text += row.name + " (" + row.key + "), " + row.place + (row.roles ? ", " + row.roles : "") + (row.state ? ", " + row.state : "");
    if (right) text += (text ? " — " : "") + right[1] + " (" + right[0] + ")" + (right[2] >= 0 ? ", " + data.sensitivities[right[2]] : "");
    if (row && right) text += ": " + cell(rows[at.row], cols[at.col]).words;
    $("detail").textContent = text;
  };
  const go = (row, col) => {
    at = { row: Math.max(-1, Math.min(rows.length - 1, row)), col: Math.max(-1, Math.min(cols.length - 1, col)) };
    const left = first();
    if (at.row >= 0) {
      const y = at.row * ROW, room = grid.clientHeight - HEAD;
      if (y < grid.scrollTop) grid.scrollTop = y;
      else if (y + ROW > grid.scrollTop + room) grid.scrollTop = y + ROW - room;
    }
    if (at.col >= 0) {
      const x = at.col * COL, room = grid.clientWidth - left;
      if (x < grid.scrollLeft) grid.scrollLeft = x;
      else if (x + COL > grid.scrollLeft + room) grid.scrollLeft = x + COL - room;
    }
    holds = true;
    draw();
    tell();
  };
  grid.addEventListener("keydown", (event) => {
    const page = Math.max(1, Math.floor((grid.clientHeight - HEAD) / ROW) - 1);
    const end = event.ctrlKey || event.metaKey;
    const moves = {
      ArrowDown: () => go(at.row + 1, at.col), ArrowUp: () => go(at.row - 1, at.col),
      ArrowRight: () => go(at.row, at.col + 1), ArrowLeft: () => go(at.row, at.col - 1),
      PageDown: () => go(at.row + page, at.col), PageUp: () => go(at.row - page, at.col),
      Home: () => go(end ? -1 : at.row, -1), End: () => go(end ? rows.length - 1 : at.row, cols.length - 1),
    };
    const move = event.altKey || (end && !["Home", "End"].includes(event.key)) ? undefined : moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  });
  grid.addEventListener("focusin", (event) => {
    if (drawing) return;
    const target = event.target.closest("[data-row]");
    if (!target) return;
    const row = Number(target.dataset.row), col = Number(target.dataset.col);
    holds = true;
    if (row === at.row && col === at.col) { tell(); return; }
    at = { row, col };
    grid.querySelectorAll('[tabindex="0"]').forEach((element) => { element.tabIndex = -1; });
    target.tabIndex = 0;
    tell();
  });
  grid.addEventListener("focusout", (event) => { if (!drawing && !grid.contains(event.relatedTarget)) holds = false; });
  let asked = false;
  const later = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => { asked = false; draw(); });
  };
  grid.addEventListener("scroll", later, { passive: true });
  addEventListener("resize", later);
  const form = $("filters");
  let typed = 0;
  form.addEventListener("input", () => { clearTimeout(typed); typed = setTimeout(filter, 80); });
  form.addEventListener("submit", (event) => { event.preventDefault(); filter(); });
  form.addEventListener("reset", () => setTimeout(filter));

  /** For paper: each row as a paragraph with what it has. */
  const paper = () => {
    const known = new Set(cols);
    const legend = make("p", "", $("legend").textContent.replace(/ Arrow keys.*/, ""));
    const chosen = ["who", "right", "place", "role", "sensitivity", "only"].map((id) => [$(id), $(id).labels[0].firstChild.textContent.trim()])
      .filter(([control]) => control.value.trim() !== "")
      .map(([control, label]) => label + ": " + (control.selectedOptions ? control.selectedOptions[0].textContent : control.value.trim()));
    if ($("all").checked) chosen.push("also rights that nobody has");
    const filters = make("p", "chosen", chosen.length ? "Shown only: " + chosen.join("; ") : "Nothing is filtered.");
    $("print").replaceChildren(filters, legend, ...rows.map((row) => {
      const { name, key, place, roles, state } = rowName(row);
      const section = make("section");
      section.append(make("h2", "", name + " (" + key + "), " + place));
      if (roles || state) section.append(make("p", "", [roles, state].filter(Boolean).join(" · ")));
      const has = [];
      for (const [right] of sets[data.rows[row][6]]) {
        if (known.has(right)) has.push(data.rights[right][1] + ": " + cell(row, right).text);
      }
      section.append(make("p", "", has.join("; ") || "nothing"));
      return section;
    }));
  };
  addEventListener("beforeprint", paper);
  addEventListener("afterprint", () => $("print").replaceChildren());
  $("printing").addEventListener("click", () => print());
  filter();
})();
