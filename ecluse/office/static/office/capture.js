// How does a centre's officer take handovers down, with a network or without? The form, the lines read, the queue.
import { LONGEST_LINE, MOST_LINES, doubtOf, namedBy, unitsOf } from "./capture_serials.js";
import { REFUSED, SENT, WAITING, send } from "./capture_send.js";
import { drop, keep, kept, papers, queue, stay } from "./capture_store.js";

const root = document.getElementById("capture");
const { centre, place, person, words } = JSON.parse(document.getElementById("capture-words").textContent);
const lang = document.documentElement.lang;
const at = (id) => document.getElementById(id);
const say = (key, facts = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");
const clock = new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "short" });
const whole = new Intl.NumberFormat(lang);
const MOST_PHOTOS = 10, MOST_PHOTO_BYTES = 10 * 1024 * 1024, MOST_SHOWN = 60, EVERY = 30_000;
const OTHER = "other";
let known = { arrivals: [], departures: [] }, lines = [], photos = [], editing = "", queued = [];

function made(tag, text = "", more = {}) {
  const node = document.createElement(tag);
  node.textContent = text;
  for (const [name, value] of Object.entries(more)) node.setAttribute(name, value);
  return node;
}

function tell(text) { at("capture-said").textContent = text; }

// ------------------------------------------------------------------ which handover

function options() {
  const chosen = at("paper").value, busy = new Set(queued.filter((one) => one.state !== SENT && one.client !== editing).map((one) => one.tranche));
  const groups = [["arrivals", known.arrivals], ["departures", known.departures]];
  const nodes = [made("option", say("choose"), { value: "" })];
  for (const [name, found] of groups) {
    if (!found.length) continue;
    const group = made("optgroup", "", { label: say(name) });
    for (const one of found) {
      const option = made("option", say(busy.has(one.tranche) ? "option_queued" : "option", { tranche: one.tranche, units: whole.format(one.units) }), { value: `${name}:${one.tranche}` });
      option.disabled = busy.has(one.tranche);
      group.append(option);
    }
    nodes.push(group);
  }
  nodes.push(made("option", say("other"), { value: OTHER }));
  at("paper").replaceChildren(...nodes);
  at("paper").value = [...at("paper").options].some((option) => option.value === chosen && !option.disabled) ? chosen : "";
  chosenPaper();
}

function paperOf(value) {
  const cut = value.indexOf(":");
  const found = cut < 0 ? null : (known[value.slice(0, cut)] ?? []).find((one) => one.tranche === value.slice(cut + 1));
  return found ? { ...found, side: value.startsWith("arrivals") ? "taker" : "giver" } : null;
}

function side() {
  const value = at("paper").value;
  return value === OTHER ? at("side").value : (paperOf(value)?.side ?? "");
}

function chosenPaper() {
  const value = at("paper").value, found = paperOf(value), isOther = value === OTHER;
  at("other-part").hidden = !isOther;
  at("facts").hidden = !found;
  if (found) {
    at("giver").textContent = found.side === "taker" ? found.other_name : known.name;
    at("taker").textContent = found.side === "taker" ? known.name : say("choose_taker");
    at("due").textContent = whole.format(found.units);
    at("due-words").textContent = say(found.side === "taker" ? "on_paper" : "held_here");
  }
  at("giving-part").hidden = side() !== "giver";
  const takers = found?.takers ?? [];
  const before = at("to").value;
  at("to").replaceChildren(made("option", say("choose"), { value: "" }), ...takers.map((one) => made("option", one.name, { value: one.id })));
  at("to").value = takers.some((one) => one.id === before) ? before : "";
  at("to-known").hidden = isOther;
  at("to-other").hidden = !isOther;
  counted();
}

function chosenTaker() {
  const found = paperOf(at("paper").value)?.takers.find((one) => one.id === at("to").value);
  if (!found) return;
  at("state").value = found.state;
  at("step").value = found.step;
}

// ------------------------------------------------------------------ serials

function add(event) {
  event?.preventDefault();
  // A plate knows capitals only: a small Latin letter is none of the doubts.
  const box = at("serial"), text = box.value.replace(/[a-z]/g, (letter) => letter.toUpperCase());
  if (!text) return;
  const doubt = lineDoubt(text);
  if (doubt) return doubted(doubt);
  lines.push(text);
  box.value = "";
  undoubted();
  listed();
  tell(say("added", { serial: text, units: whole.format(units()) }));
  box.focus();
}

function lineDoubt(text) {
  if (text.length > LONGEST_LINE) return { kind: "form", serial: text.slice(0, LONGEST_LINE) };
  if (lines.length >= MOST_LINES) return { kind: "too_many", most: MOST_LINES };
  const doubt = doubtOf(text);
  if (doubt) return doubt;
  const line = namedBy(lines, text);
  return line ? { kind: "twice", serial: text, line } : null;
}

function doubted(doubt) {
  const said = at("serial-doubt"), box = at("serial");
  said.replaceChildren(made("span", say(`fault.${doubt.kind}`, doubt)));
  if (doubt.meant) {
    const button = made("button", say("take_meant", { meant: doubt.meant }), { type: "button", class: "ds-button", "data-variant": "secondary" });
    button.addEventListener("click", () => { box.value = doubt.meant; undoubted(); add(); });
    said.append(button);
  }
  said.hidden = false;
  box.setAttribute("aria-invalid", "true");
  box.focus();
  box.select();
}

function undoubted() {
  at("serial-doubt").hidden = true;
  at("serial-doubt").replaceChildren();
  at("serial").removeAttribute("aria-invalid");
}

const units = () => lines.reduce((sum, line) => sum + unitsOf(line), 0);

function counted() {
  const due = paperOf(at("paper").value)?.units;
  at("read").textContent = say(due === undefined ? "read" : "read_of", { read: whole.format(units()), due: whole.format(due ?? 0) });
}

function listed() {
  const shown = lines.map((line, number) => {
    const item = made("li");
    const button = made("button", say("remove"), { type: "button", class: "ds-button", "data-variant": "tertiary", "aria-label": say("remove_line", { serial: line }) });
    button.addEventListener("click", () => {
      lines.splice(number, 1);
      at("serial").value = line;
      listed();
      at("serial").focus();
    });
    item.append(made("span", line, { class: "id" }), button);
    return item;
  });
  at("lines").replaceChildren(...shown.reverse().slice(0, MOST_SHOWN));
  at("lines-more").textContent = lines.length > MOST_SHOWN ? say("more_lines", { more: whole.format(lines.length - MOST_SHOWN) }) : "";
  counted();
}

// ------------------------------------------------------------------ photos

async function chosenPhotos() {
  const said = [];
  for (const file of at("photos").files) {
    if (photos.length >= MOST_PHOTOS) { said.push(say("photo_most", { most: MOST_PHOTOS })); break; }
    if (file.size > MOST_PHOTO_BYTES || !["image/jpeg", "image/png"].includes(file.type)) { said.push(say("photo_bad", { name: file.name })); continue; }
    const bytes = await file.arrayBuffer();
    const digest = [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    // The bytes themselves are kept: the file on the card may be gone before there is a network.
    if (!photos.some((one) => one.digest === digest)) photos.push({ name: file.name, digest, file: new Blob([bytes], { type: file.type }) });
  }
  at("photos").value = "";
  pictured();
  tell(said.join(" ") || say("photo_read", { count: photos.length }));
}

function pictured() {
  at("photo-list").replaceChildren(...photos.map((photo, number) => {
    const item = made("li");
    const button = made("button", say("remove"), { type: "button", class: "ds-button", "data-variant": "tertiary", "aria-label": say("remove_line", { serial: photo.name }) });
    button.addEventListener("click", () => { photos.splice(number, 1); pictured(); });
    item.append(made("span", photo.name), made("code", `SHA-256 ${photo.digest.slice(0, 16)}…`), button);
    return item;
  }));
}

// ------------------------------------------------------------------ into the queue

function missing() {
  const value = at("paper").value, isOther = value === OTHER, isGiving = side() === "giver";
  const needs = [["paper", value], ...(isOther ? [["tranche", at("tranche").value.trim()]] : []),
    ...(isGiving ? [[isOther ? "to-id" : "to", at(isOther ? "to-id" : "to").value.trim()], ["step", at("step").value], ["state", at("state").value]] : [])];
  const empty = needs.find(([, found]) => !found);
  if (empty) return [empty[0], say("need")];
  if (isGiving && !/^[A-Z]{2}$/.test(at("state").value)) return ["state", say("need_state")];
  if (at("serial").value) return ["serial", say("need_added")];
  return lines.length ? null : ["serial", say("need_serial")];
}

async function enqueue(event) {
  event.preventDefault();
  const fault = missing();
  at("form-fault").hidden = !fault;
  at("form-fault").textContent = fault?.[1] ?? "";
  if (fault) return at(fault[0]).focus();
  const value = at("paper").value, found = paperOf(value), isGiving = side() === "giver", now = new Date();
  const before = editing ? queued.find((one) => one.client === editing) : null;
  const stated = {
    side: side(), tranche: found?.tranche ?? at("tranche").value.trim(), serials: lines,
    device_at: before?.taken_at ?? now.toISOString(), photos: photos.map((one) => one.digest),
    ...(found ? { sequence: found.sequence } : {}),
    ...(isGiving ? { step: at("step").value, to_custodian: at(found ? "to" : "to-id").value.trim(), place_state: at("state").value } : {}),
  };
  const one = {
    client: before?.client ?? `capture-${crypto.randomUUID()}`, centre, person, order: before?.order ?? now.getTime(),
    tranche: stated.tranche, side: stated.side, units: units(), taken_at: stated.device_at, body: JSON.stringify(stated),
    form: { value, to: at("to").value, toId: at("to-id").value, step: at("step").value, state: at("state").value, lines },
    photos, state: WAITING, grounds: [], note: "",
  };
  // The form is free at once: whoever scans on meanwhile loses nothing.
  empty();
  at("paper").focus();
  try {
    await keep(one);
  } catch {
    await shown();
    refill(one);
    at("form-fault").hidden = false;
    at("form-fault").textContent = say("not_kept");
    return;
  }
  tell(say("queued", { tranche: one.tranche }));
  await shown();
  await sync();
}

function empty() {
  lines = [];
  photos = [];
  editing = "";
  for (const id of ["paper", "tranche", "to", "to-id", "state", "serial"]) at(id).value = "";
  at("queue-it").textContent = say("queue_it");
  undoubted();
  listed();
  pictured();
}

async function correct(client) {
  const one = await kept(client);
  if (!one || one.state === SENT) return shown();
  editing = client;
  options();
  refill(one);
  at("serial").focus();
  tell(say("correcting", { tranche: one.tranche }));
}

function refill(one) {
  const { form } = one;
  at("paper").value = [...at("paper").options].some((option) => option.value === form.value) ? form.value : OTHER;
  at("side").value = one.side;
  at("tranche").value = one.tranche;
  chosenPaper();
  at("to").value = form.to;
  at("to-id").value = form.toId || form.to;
  at("step").value = form.step;
  at("state").value = form.state;
  [lines, photos] = [[...form.lines], [...one.photos]];
  at("queue-it").textContent = say(editing ? "queue_again" : "queue_it");
  listed();
  pictured();
}

// ------------------------------------------------------------------ the queue

const TAGS = { [WAITING]: ["info", "…"], [SENT]: ["success", "✓"], [REFUSED]: ["danger", "×"] };

function card(one) {
  const item = made("li", "", { class: "card", "data-state": one.state, "data-client": one.client });
  const head = made("h3");
  const tag = made("span", "", { class: "ds-tag", "data-color": TAGS[one.state][0] });
  tag.append(made("span", TAGS[one.state][1], { class: "mark", "aria-hidden": "true" }), ` ${say(`state.${one.state}`)}`);
  head.append(made("span", one.tranche, { class: "id" }), tag);
  item.append(head, made("p", say(`card.${one.side}`, { units: whole.format(one.units), at: clock.format(new Date(one.taken_at)) })));
  if (one.state === SENT) item.append(made("p", say(one.answer?.waits ? "sent.waits" : "sent.done", { manifest: one.answer?.manifest ?? "" })));
  if (one.person !== person) item.append(made("p", say("foreign_one", { person: one.person }), { class: "field-error" }));
  if (one.note) item.append(made("p", one.note, { class: "quiet" }));
  if (one.grounds?.length) {
    const list = made("ul", "", { class: "grounds" });
    list.append(...one.grounds.map((ground) => made("li", ground)));
    item.append(list);
  }
  for (const photo of one.photos) item.append(made("p", say(photo.refused ? "photo_refused" : photo.isSent ? "photo_sent" : "photo_waits", { name: photo.name, why: photo.refused ?? "" }), { class: "quiet" }));
  if (one.state !== SENT) item.append(buttons(one));
  return item;
}

function buttons(one) {
  const row = made("p", "", { class: "form-buttons" });
  const button = (key, work) => {
    const node = made("button", say(key), { type: "button", class: "ds-button", "data-variant": "secondary", "aria-label": say(`${key}_of`, { tranche: one.tranche }) });
    node.addEventListener("click", work);
    row.append(node);
  };
  button("correct", () => correct(one.client));
  if (one.state === REFUSED) button("again", async () => { await keep({ ...(await kept(one.client)), state: WAITING, grounds: [] }); await shown(); await sync(); });
  button("discard", async () => {
    if (!confirm(say("discard_sure", { tranche: one.tranche }))) return;
    await drop(one.client);
    tell(say("discarded", { tranche: one.tranche }));
    await shown();
  });
  return row;
}

async function shown() {
  queued = await queue(centre);
  const count = (state) => queued.filter((one) => one.state === state).length;
  at("queue").replaceChildren(...queued.map(card).reverse());
  at("queue-none").hidden = queued.length > 0;
  at("clear").hidden = count(SENT) === 0;
  at("send").disabled = count(WAITING) === 0;
  at("queue-count").textContent = say("count", { waiting: count(WAITING), refused: count(REFUSED), sent: count(SENT) });
  root.dataset.waiting = count(WAITING);
  root.dataset.refused = count(REFUSED);
  root.dataset.sent = count(SENT);
  options();
}

async function clear() {
  for (const one of queued) if (one.state === SENT && !one.photos.some((photo) => photo.file)) await drop(one.client);
  await shown();
}

async function sync() {
  const came = await send(place, centre, shown);
  if (came !== "busy") await connected(came);
  await shown();
}

async function connected(came) {
  root.dataset.net = came;
  at("net").textContent = say(`net.${came === "done" ? "online" : came}`, { person });
  at("net").dataset.color = came === "done" ? "success" : "warning";
  at("sign-in").hidden = came !== "stranger" && came !== "foreign";
  known = (await papers(centre)) ?? known;
  if (known.person !== undefined && known.person !== person) known = { arrivals: [], departures: [], name: "" };
  at("as-of").textContent = known.seen_at ? say("as_of", { at: clock.format(new Date(known.seen_at)) }) : "";
}

async function keptOffline() {
  if (!("serviceWorker" in navigator)) return;
  const said = (is) => { root.dataset.kept = is ? "yes" : "no"; at("offline-ready").textContent = say(is ? "ready_offline" : "not_ready"); };
  navigator.serviceWorker.addEventListener("message", (event) => said(event.data === "kept"));
  try {
    await navigator.serviceWorker.register(`${place}worker.js`);
    (await navigator.serviceWorker.ready).active.postMessage("keep");
  } catch {
    said(navigator.serviceWorker.controller !== null);
  }
}

at("paper").addEventListener("change", chosenPaper);
at("side").addEventListener("change", chosenPaper);
at("to").addEventListener("change", chosenTaker);
at("add").addEventListener("click", add);
at("serial").addEventListener("input", undoubted);
at("serial").addEventListener("keydown", (event) => { if (event.key === "Enter") add(event); });
at("photos").addEventListener("change", chosenPhotos);
at("capture-form").addEventListener("submit", enqueue);
at("send").addEventListener("click", sync);
at("clear").addEventListener("click", clear);
window.addEventListener("online", sync);
window.addEventListener("offline", () => connected("offline"));
setInterval(() => { if (document.visibilityState === "visible" && Number(root.dataset.waiting)) sync(); }, EVERY);

await shown();
await connected(navigator.onLine ? "looking" : "offline");
await shown();
if (navigator.onLine) await sync();
stay();
root.dataset.ready = "yes";
if (navigator.onLine) keptOffline();
else at("offline-ready").textContent = say("ready_offline");
