"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const dialog = document.getElementById("details");
  const sheet = dialog.querySelector(".sheet");
  const rowsOfCells = data.rows.map((_, row) => [...document.querySelectorAll(`.cell[data-row="${row}"]`)]);
  const columns = data.days.length;
  let opener = null;

  // Text from outside only ever becomes a text node: there is no innerHTML on this page.
  const element = (name, attributes = {}, ...children) => {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children.filter((child) => child !== null && child !== ""));
    return node;
  };

  const badge = (reading) => {
    const colour = data.colours[reading.colour];
    const shape = element("span", { "aria-hidden": "true" }, colour.shape);
    const word = reading.reason === null ? `${reading.text} ${reading.colour}` : "missing";
    return element("span", { class: `badge ${reading.colour}` }, shape, ` ${word}`);
  };

  const evidenceItem = (piece) => {
    let label = piece.label;
    if (/^https?:\/\//i.test(piece.url)) {
      label = element("a", { href: piece.url, target: "_blank", rel: "noopener noreferrer" }, piece.label);
    }
    const about = [piece.note, piece.at_text].filter(Boolean).join(" · ");
    return element("li", {}, element("div", {}, label), about ? element("div", { class: "muted" }, about) : null);
  };

  const evidence = (reading) => {
    if (reading.evidence.length === 0) return [];
    const shown = reading.evidence.length;
    const total = Math.max(reading.evidence_total, shown);
    const count = shown < total ? `${shown} of ${total} shown` : `${total}`;
    return [
      element("h4", {}, "Behind this value ", element("span", { class: "muted" }, `(${count})`)),
      element("ul", { class: "list evidence" }, ...reading.evidence.map(evidenceItem)),
    ];
  };

  const scopeLine = (reading) => [
    badge(reading),
    element("span", {}, reading.scope),
    element("span", { class: "muted" }, reading.value_text ?? [reading.reason_text, reading.detail].filter(Boolean).join(": ")),
  ];

  const scopeItem = (reading) => reading.evidence.length === 0
    ? element("li", {}, element("div", { class: "scope" }, ...scopeLine(reading)))
    : element("li", {}, element("details", {},
      element("summary", { class: "scope" }, ...scopeLine(reading)),
      element("ul", { class: "list evidence" }, ...reading.evidence.map(evidenceItem))));

  const others = (cell) => cell.other_scopes.length === 0 ? [] : [
    element("h4", {}, "Other scopes ", element("span", { class: "muted" }, `(${cell.scope} decides)`)),
    element("ul", { class: "list scopes" }, ...cell.other_scopes.map(scopeItem)),
  ];

  const facts = (row, cell) => {
    const pairs = [
      ["Wanted", row.condition],
      ["Formula", cell.formula],
      ["As of", cell.as_of_text],
      ["Scope", cell.scope],
      ["Measured", row.definition],
      ["Records", cell.samples === null || cell.reason !== null ? "" : String(cell.samples)],
      ["Why", row.why],
      ["Metric", row.metric],
    ];
    const list = element("dl");
    for (const [term, text] of pairs) {
      if (text) list.append(element("dt", {}, term), element("dd", {}, text));
    }
    return list;
  };

  const fill = (row, cell, day) => {
    const close = element("button", { type: "button", class: "close", "aria-label": "Close" }, "✕");
    close.addEventListener("click", () => dialog.close());
    const title = element("div", {},
      element("h3", { id: "details-label" }, row.label),
      element("p", { class: "muted" }, `${day.label} · ${row.category}`));
    const verdict = element("div", { class: "verdict" }, badge(cell));
    if (cell.value_text !== null) verdict.append(element("span", { class: "value" }, cell.value_text));
    const notes = [];
    if (cell.reason !== null) {
      notes.push(element("p", { class: "note reason" }, [cell.reason_text, cell.detail].filter(Boolean).join(": ")));
    } else if (cell.detail) {
      notes.push(element("p", { class: "note" }, cell.detail));
    }
    if (cell.provisional) {
      notes.push(element("p", { class: "note provisional" }, "Provisional: the day still runs, this can change."));
    }
    sheet.replaceChildren(element("div", { class: "head" }, title, close), verdict, ...notes,
      facts(row, cell), ...evidence(cell), ...others(cell));
  };

  const open = (button) => {
    const row = data.rows[Number(button.dataset.row)];
    const place = Number(button.dataset.day);
    opener = button;
    fill(row, row.cells[place], data.days[place]);
    makeTabStop(button);
    dialog.showModal();
    dialog.scrollTop = 0;
    history.replaceState(null, "", `#${row.fom}@${data.days[place].day}`);
  };

  // One tab stop for the whole grid; the arrow keys move inside it.
  const makeTabStop = (button) => {
    for (const cells of rowsOfCells) for (const cell of cells) cell.tabIndex = -1;
    button.tabIndex = 0;
  };

  const goTo = (row, day) => {
    const target = rowsOfCells[row]?.[day];
    if (!target) return;
    makeTabStop(target);
    target.focus();
    target.scrollIntoView({ block: "nearest", inline: "nearest" });
  };

  const onKey = (event) => {
    const button = event.target.closest(".cell");
    if (!button || event.altKey || event.metaKey) return;
    const row = Number(button.dataset.row);
    const day = Number(button.dataset.day);
    const last = columns - 1;
    const moves = {
      ArrowUp: [row - 1, day], ArrowDown: [row + 1, day], ArrowLeft: [row, day - 1], ArrowRight: [row, day + 1],
      Home: [event.ctrlKey ? 0 : row, 0], End: [event.ctrlKey ? data.rows.length - 1 : row, last],
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    goTo(...move);
  };

  const openAddress = () => {
    const [fom, day] = decodeURIComponent(location.hash.slice(1)).split("@");
    const row = data.rows.findIndex((candidate) => candidate.fom === fom);
    const place = data.days.findIndex((candidate) => candidate.day === day);
    if (row >= 0 && place >= 0 && !dialog.open) open(rowsOfCells[row][place]);
  };

  document.getElementById("grid").addEventListener("click", (event) => {
    const button = event.target.closest(".cell");
    if (button) open(button);
  });
  document.getElementById("grid").addEventListener("keydown", onKey);
  // The dialog has no padding of its own, so a click on the element itself is a click on the backdrop.
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => {
    history.replaceState(null, "", location.pathname + location.search);
    opener?.focus();
  });
  window.addEventListener("hashchange", openAddress);
  // On a phone not all days fit; today is the one to see first.
  const box = document.querySelector(".scroll");
  box.scrollLeft = box.scrollWidth;
  const first = rowsOfCells[0]?.[columns - 1];
  if (first) makeTabStop(first);
  openAddress();

  // A page that nobody replaces any more must not go on looking healthy: it ages where it is read.
  const REFRESHED_WITHIN_MS = 45 * 60 * 1000;
  const aged = document.querySelector(".aged");
  const grow = () => {
    const age = Date.now() - Date.parse(data.generated_at);
    const minutes = Math.round(age / 60000);
    const [size, unit] = minutes < 120 ? [1, "minutes"] : minutes < 2880 ? [60, "hours"] : [1440, "days"];
    const text = `${Math.round(minutes / size)} ${unit}`;
    aged.textContent = `This page was written ${text} ago and has not been refreshed since. Check the pipeline first.`;
    aged.hidden = age < REFRESHED_WITHIN_MS;
    document.body.classList.toggle("stale", age > data.stale_after_seconds * 1000);
  };
  grow();
  setInterval(grow, 60000);
})();
