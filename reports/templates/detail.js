// The detail behind a cell. Texts come from the pools under test, so they are only ever
// set as text, never as markup.
(() => {
  "use strict";
  const dialog = document.getElementById("detail");
  const loaded = unpack("cells");
  let opener = null;

  function element(tag, text, attributes = {}) {
    const node = document.createElement(tag);
    if (text) node.textContent = text;
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    return node;
  }

  // Text in which `backquotes` mark code, as the specification writes it.
  function prose(text, node = element("p")) {
    text.split("`").forEach((part, index) => node.append(index % 2 ? element("code", part) : part));
    return node;
  }

  function linked(tag, segments) {
    const node = element(tag);
    for (const [text, address] of segments) {
      if (address) node.append(element("a", text, { href: address, rel: "noreferrer", target: "_blank" }));
      else prose(text, node);
    }
    return node;
  }

  function titled(title, ...nodes) {
    const block = element("div");
    block.append(element("h3", title), ...nodes);
    return block;
  }

  function copyable(text) {
    const block = element("div", "", { class: "copyable" });
    const button = element("button", "Copy", { type: "button" });
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text);
        button.textContent = "Copied";
      } catch {
        button.textContent = "Not allowed"; // the browser's choice; the text can be selected
      }
    });
    block.append(element("pre", text));
    if (navigator.clipboard) block.append(button);
    return block;
  }

  function folded(title, ...nodes) {
    const block = element("details");
    block.append(element("summary", title), ...nodes);
    return block;
  }

  // What the stdlib did: as the record says, or else its own cell beside this one.
  function stdlib(data, row, column, cell) {
    if (cell.stdlib || column.subject === data.stdlib) return cell.stdlib;
    const beside = data.columns.findIndex((other) =>
      other.subject === data.stdlib && other.start_method === column.start_method && other.python === column.python);
    const its = data.cells[`${row}:${beside}`];
    if (!its) return null;
    const phase = its.phase ? ` in ${its.phase}` : "";
    return `${its.body || its.verdict}${phase}${its.observed ? `: ${its.observed}` : ""}`;
  }

  function compared(cell, stdlibDid) {
    const three = element("div", "", { class: "three" });
    const lines = [
      ["Expected", cell.expected],
      ["What the stdlib did", stdlibDid],
      ["What this pool did", cell.observed || cell.message],
    ];
    for (const [title, text] of lines) if (text) three.append(titled(title, element("p", text)));
    return three.childElementCount ? [three] : [];
  }

  function* evidence(cell) {
    if (cell.message && cell.observed) yield titled("Message", element("pre", cell.message));
    if (cell.example) yield titled("Smallest case", element("pre", cell.example));
    if (cell.reason) {
      const reason = element("p", cell.reason);
      yield titled("Known deviation", reason, ...(cell.issue ? [linked("p", cell.issue)] : []));
    }
    for (const [what, found] of Object.entries(cell.left || {})) {
      yield titled(`Left behind: ${what}`, element("pre", found.join("\n")));
    }
    if (cell.checks) yield titled("If this fails, check", prose(cell.checks));
    if (cell.history) yield titled("What ran where", lanes(cell.history));
    if (cell.replay) yield titled("Replay it", copyable(cell.replay));
    if (cell.script) yield folded("Stand-alone script", copyable(cell.script));
    const long = { stacks: "Stacks", traceback: "Traceback", output: "What it wrote" };
    for (const [key, title] of Object.entries(long)) {
      if (cell[key]) yield folded(title, element("pre", cell[key]));
    }
  }

  // A lane a worker, a bar an attempt at an item.
  function lanes(events) {
    const svg = (tag, attributes, text) => {
      const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
      for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
      if (text) node.textContent = text;
      return node;
    };
    const workers = [...new Set(events.map((event) => event[2]))];
    const end = Math.max(...events.map((event) => event[4] ?? event[3]), 1e-6);
    const height = workers.length * 22 + 22;
    const drawing = svg("svg", { viewBox: `0 0 640 ${height}`, class: "lanes", role: "img" });
    drawing.append(svg("title", {}, `${events.length} attempts on ${workers.length} workers over ${end.toFixed(3)} s`));
    workers.forEach((worker, lane) => {
      drawing.append(svg("text", { x: 0, y: lane * 22 + 15 }, `worker ${worker}`));
      drawing.append(svg("line", { x1: 90, x2: 640, y1: lane * 22 + 21, y2: lane * 22 + 21 }));
    });
    for (const [item, attempt, worker, started, ended, how] of events) {
      const x = 90 + (started / end) * 550;
      const width = Math.max(1.5, (((ended ?? end) - started) / end) * 550 - 0.5);
      const state = how === "lost" ? "lost" : ended === null ? "open" : "done";
      const bar = svg("rect", { x, y: workers.indexOf(worker) * 22 + 4, width, height: 14, rx: 2, class: state });
      const took = ended === null ? "never ended" : `${started.toFixed(3)} to ${ended.toFixed(3)} s, ${how || "done"}`;
      bar.append(svg("title", {}, `item ${item}, attempt ${attempt}: ${took}`));
      drawing.append(bar);
    }
    drawing.append(svg("text", { x: 90, y: height - 4 }, "0 s"));
    drawing.append(svg("text", { x: 640, y: height - 4, "text-anchor": "end" }, `${end.toFixed(3)} s`));
    return drawing;
  }

  function head(clause, column, cell, meaning) {
    const header = element("header");
    const close = element("button", "Close", { type: "button" });
    close.addEventListener("click", () => dialog.close());
    header.append(element("h2", `${clause.id} · ${column.short}`, { id: "detail-title" }), close);
    const where = [column.subject, column.start_method, `Python ${column.python}`, cell.took].filter(Boolean);
    const known = cell.body ? ` (${cell.body})` : "";
    const verdict = `${meaning.glyph} ${cell.verdict}${known}${cell.phase ? ` in ${cell.phase}` : ""}: ${meaning.says}`;
    return [
      header,
      element("p", where.join(" · "), { class: "muted small" }),
      element("p", verdict, { class: `verdict ${cell.verdict}` }),
      titled(`${clause.level} clause`, prose(clause.text)),
    ];
  }

  async function open(row, index) {
    const data = await loaded;
    const cell = data.cells[`${row}:${index}`];
    if (!cell) return;
    const [clause, column] = [data.clauses[row], data.columns[index]];
    const top = head(clause, column, cell, data.meanings[cell.verdict]);
    dialog.replaceChildren(...top, ...compared(cell, stdlib(data, row, column, cell)), ...evidence(cell));
    if (clause.intent) dialog.append(titled("Why this clause", prose(clause.intent)));
    if (clause.source.length) dialog.append(titled("Source", linked("p", clause.source)));
    if (clause.versions) dialog.append(titled("In force", element("p", clause.versions)));
    dialog.append(element("p", `Recorded in ${cell.file}`, { class: "muted small" }));
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
    Grid.keep({ cell: [clause.id, column.subject, column.start_method, column.python].join("/") });
  }

  function openCell(td) {
    const row = Grid.rows.findIndex(({ cells }) => cells.includes(td));
    if (row < 0) return;
    opener = Grid.makeReachable(td);
    open(row, Grid.rows[row].cells.indexOf(td));
  }

  function openFromAddress() {
    const named = Grid.hash().get("cell");
    if (!named) return;
    const row = Grid.rows.findIndex(({ tr }) => named.startsWith(`${tr.id}/`));
    const rest = named.slice(named.indexOf("/") + 1);
    const index = Grid.columns.findIndex(({ subject, method, python }) => rest === `${subject}/${method}/${python}`);
    if (row >= 0 && index >= 0) open(row, index);
  }

  Grid.table.addEventListener("click", (event) => event.target.tagName === "TD" && openCell(event.target));
  Grid.table.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "TD") return;
    event.preventDefault();
    openCell(event.target);
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => {
    Grid.keep({ cell: "" });
    opener?.focus();
  });
  openFromAddress();
})();
