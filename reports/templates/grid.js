// Which rows and columns of the grid are shown, and the keys that move in it.
// The choice lives in the address after "#", so that a view can be kept or sent.
const Grid = (() => {
  "use strict";
  const table = document.querySelector("table.grid");
  const heads = [...table.querySelectorAll("thead tr:last-child th")];
  const names = [...table.querySelectorAll("thead th.name")];
  const columns = heads.map((head) => head.dataset);
  const rows = [...table.querySelectorAll("tbody tr[id]")].map((tr) => ({
    tr,
    cells: tr.querySelector(".UNTESTED") ? [] : [...tr.cells].slice(1),
    words: tr.cells[0].textContent.toLowerCase(),
  }));
  const pick = (id) => document.getElementById(id);
  const views = [...document.querySelectorAll("[data-view]")];
  const fields = { level: "level", verdict: "verdict-filter", subject: "subject", python: "python", q: "search" };
  const hash = () => new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");
  let shownColumns = [];

  function choice() {
    const view = views.find((button) => button.getAttribute("aria-pressed") === "true");
    const chosen = { view: view.dataset.view };
    for (const [key, id] of Object.entries(fields)) chosen[key] = pick(id)?.value ?? "";
    return chosen;
  }

  function showColumns({ subject, python }) {
    const fits = (about) => (!subject || about.subject === subject) && (!python || about.python === python);
    const shown = columns.map(fits);
    if (shown.join() === shownColumns.join()) return;
    shownColumns = shown;
    table.classList.toggle("one-python", Boolean(python));
    for (const name of names) name.classList.toggle("hidden", !fits(name.dataset));
    shown.forEach((show, index) => {
      heads[index].classList.toggle("hidden", !show);
      for (const { cells } of rows) cells[index]?.classList.toggle("hidden", !show);
    });
  }

  function wanted(row, { view, level, verdict, q }) {
    const verdicts = row.cells.filter((_, index) => shownColumns[index]).map((td) => td.classList[0]);
    const seen = verdicts.filter((name) => name && name !== "hidden");
    if (view === "differ" && !seen.some((name) => name !== "PASS")) return false;
    if (level && row.tr.dataset.l !== level) return false;
    if (verdict && !seen.includes(verdict)) return false;
    return q.toLowerCase().split(/\s+/).every((word) => row.words.includes(word));
  }

  function show() {
    const chosen = choice();
    showColumns(chosen);
    let count = 0;
    for (const row of rows) {
      const visible = wanted(row, chosen);
      row.tr.classList.toggle("hidden", !visible);
      count += visible;
    }
    for (const body of table.tBodies) {
      body.classList.toggle("hidden", !body.querySelector("tr[id]:not(.hidden)"));
    }
    const all = `${rows.length} clauses`;
    pick("shown").textContent =
      count === rows.length ? `All ${all}.`
      : !count && chosen.view === "differ" ? "Nothing differs: what is shown here passes every clause it was held to. “All clauses” lists them."
      : chosen.view === "differ" ? `${count} of ${all}: those that not every pool passes.`
      : `${count} of ${all}.`;
    makeReachable();
  }

  // One cell is in the tab order; the arrow keys move that place (the ARIA grid pattern).
  function makeReachable(target) {
    const old = table.querySelector('td[tabindex="0"]');
    const next = target || (old?.offsetParent ? old : visibleCells()[0]?.[0]);
    if (old && old !== next) old.tabIndex = -1;
    if (next) next.tabIndex = 0;
    return next;
  }

  const visibleCells = () => rows
    .filter(({ tr, cells }) => cells.length && tr.offsetParent)
    .map(({ cells }) => cells.filter((_, index) => shownColumns[index]));

  function move(event) {
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const step = steps[event.key];
    if (!step || event.target.tagName !== "TD") return;
    event.preventDefault();
    const lines = visibleCells();
    const y = lines.findIndex((line) => line.includes(event.target));
    const x = lines[y].indexOf(event.target);
    const next = lines[y + step[0]]?.[x + step[1]];
    if (next) makeReachable(next).focus();
  }

  function keep(changes) {
    const state = hash();
    for (const [key, value] of Object.entries(changes)) value ? state.set(key, value) : state.delete(key);
    if (state.get("view") === "differ") state.delete("view");
    const kept = state.toString();
    history.replaceState(null, "", kept ? `#${kept}` : location.pathname + location.search);
  }

  function restore() {
    const state = hash();
    const differs = rows.some(({ cells }) => cells.some((td) => td.classList[0] && !td.classList.contains("PASS")));
    const view = state.get("view") || (differs ? "differ" : "all");
    for (const button of views) button.setAttribute("aria-pressed", String(button.dataset.view === view));
    for (const [key, id] of Object.entries(fields)) if (pick(id) && state.has(key)) pick(id).value = state.get(key);
    show();
  }

  for (const button of views) {
    button.addEventListener("click", () => {
      for (const other of views) other.setAttribute("aria-pressed", String(other === button));
      show();
      keep({ view: button.dataset.view });
    });
  }
  for (const id of Object.values(fields)) {
    pick(id)?.addEventListener("input", () => {
      show();
      const { view, ...rest } = choice();
      keep(rest);
    });
  }
  table.addEventListener("keydown", move);
  addEventListener("hashchange", () => location.hash.includes("=") && restore());
  restore();
  return { table, rows, columns, hash, keep, makeReachable };
})();
