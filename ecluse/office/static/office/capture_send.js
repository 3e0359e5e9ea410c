// How does what was taken down reach the office? One after the other, each once; what is refused stays with its grounds.
import { keep, keepPapers, kept, queue } from "./capture_store.js";

export const WAITING = "waiting", SENT = "sent", REFUSED = "refused";
// A network that neither answers nor breaks is none.
const SOON = 30_000, LATER = 120_000;
const BUSY = new Set([408, 425, 429, 500, 502, 503, 504]);
const headers = (now) => ({
  "Accept-Language": document.documentElement.lang, "X-CSRFToken": now.csrf, Accept: "application/json, application/problem+json",
});

// Who is signed in here, and which papers wait? "offline" and "stranger" say why nobody knows.
export async function papersNow(place) {
  let answer;
  try {
    answer = await fetch(`${place}papers/`, { redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(SOON) });
  } catch {
    return "offline";
  }
  if (answer.type === "opaqueredirect" || !answer.ok) return answer.status >= 500 ? "offline" : "stranger";
  const found = await answer.json();
  await keepPapers(found);
  return found;
}

// Send what waits. `changed` is called after each; only one page of this browser sends at a time.
export async function send(place, centre, changed) {
  return navigator.locks.request(`ecluse-capture-${centre}`, { ifAvailable: true }, async (lock) => {
    if (!lock) return "busy";
    let now = await papersNow(place);
    if (typeof now === "string") return now;
    let foreign = 0;
    for (const { client } of (await queue(centre)).filter((one) => one.state !== REFUSED)) {
      const one = await kept(client);
      if (one.person !== now.person) {
        foreign += one.state === WAITING ? 1 : 0;
        continue;
      }
      const went = one.state === WAITING ? await handOver(place, one, now) : true;
      if (one.state === SENT) await sendPhotos(place, one, now);
      await changed();
      if (!went) return "offline";
    }
    now = await papersNow(place);
    return foreign ? "foreign" : typeof now === "string" ? now : "done";
  });
}

// The same bytes under the same key, however often: the office answers what it answered.
async function handOver(place, one, now) {
  let answer;
  try {
    answer = await fetch(`${place}handovers/`, {
      method: "POST", redirect: "manual", body: one.body, signal: AbortSignal.timeout(SOON),
      headers: { ...headers(now), "Content-Type": "application/json", "Idempotency-Key": one.client },
    });
  } catch {
    return false;
  }
  const said = await answer.json().catch(() => null);
  const isBusy = BUSY.has(answer.status) || (answer.status === 409 && said && !said.faults?.length && !said.grounds?.length);
  if (isBusy || said === null) {
    one.tries = (one.tries ?? 0) + 1;
    one.note = said?.detail ?? "";
    await keep(one);
    return said !== null;
  }
  one.note = "";
  one.state = answer.ok ? SENT : REFUSED;
  one.answer = answer.ok ? said : null;
  one.grounds = answer.ok ? [] : groundsOf(said);
  await keep(one);
  return true;
}

function groundsOf(said) {
  const grounds = (said.grounds ?? []).map((ground) => `${ground.sentence} ${ground.remedy}`);
  const faults = (said.faults ?? []).map((fault) => fault.detail);
  return grounds.length + faults.length ? [...grounds, ...faults] : [said.detail];
}

async function sendPhotos(place, one, now) {
  for (const photo of one.photos.filter((each) => each.file)) {
    const form = new FormData();
    form.append("tranche", one.tranche);
    form.append("digest", photo.digest);
    form.append("file", photo.file, photo.name);
    try {
      const answer = await fetch(`${place}photos/`, {
        method: "POST", body: form, redirect: "manual", headers: headers(now), signal: AbortSignal.timeout(LATER),
      });
      if (BUSY.has(answer.status) || answer.type === "opaqueredirect") return;
      photo.refused = answer.ok ? "" : ((await answer.json().catch(() => null))?.faults?.[0]?.detail ?? String(answer.status));
      photo.file = null;
      photo.isSent = answer.ok;
    } catch {
      return;
    }
    await keep(one);
  }
}
