// Does the capture page open without a network? Its own page and what it is made of are kept; nothing else is touched.
// The office writes before this: VERSION, PAGE and ASSETS.
"use strict";
const CACHE = `ecluse-capture:${PAGE}:${VERSION}`;
const WAIT_MILLISECONDS = 6000;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(ASSETS)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const stale = (name) => name.startsWith(`ecluse-capture:${PAGE}:`) && name !== CACHE;
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter(stale).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

// The page as the office shows it now; where the office cannot be reached, or is too slow, as it was shown last.
async function page(request) {
  const cache = await caches.open(CACHE);
  const held = await cache.match(PAGE);
  const fresh = fetch(request).then(async (answer) => {
    if (answer.ok && !answer.redirected && answer.type === "basic") await cache.put(PAGE, answer.clone());
    return answer;
  });
  if (!held) return fresh;
  const late = new Promise((done) => setTimeout(() => done(held), WAIT_MILLISECONDS));
  return Promise.race([fresh, late]).catch(() => held);
}

async function asset(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request, { ignoreSearch: true })) ?? fetch(request);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate" && decodeURI(address.pathname) === decodeURI(PAGE)) event.respondWith(page(request));
  else if (ASSETS.includes(address.pathname)) event.respondWith(asset(request));
});

// The page that asked for this helper was loaded before it was there: it is fetched once more, to be kept.
self.addEventListener("message", (event) => {
  if (event.data !== "keep") return;
  event.waitUntil(caches.open(CACHE).then(async (cache) => {
    const answer = await fetch(PAGE, { redirect: "manual", cache: "no-store" });
    if (answer.ok && answer.type === "basic") await cache.put(PAGE, answer);
    for (const client of await self.clients.matchAll()) client.postMessage(answer.ok ? "kept" : "not kept");
  }));
});
