// What does this device keep until the office has it? Handovers in their order, photos with them, and the papers last seen.
const NAME = "ecluse-capture";
let opened = null;

function database() {
  opened ??= new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("queue", { keyPath: "client" });
      asked.result.createObjectStore("papers", { keyPath: "centre" });
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
  return opened;
}

async function within(store, mode, work) {
  const held = await database();
  return new Promise((done, failed) => {
    const deed = held.transaction(store, mode, { durability: "strict" });
    const asked = work(deed.objectStore(store));
    // Only once the deed is complete does it outlive the browser.
    deed.oncomplete = () => done(asked.result);
    deed.onabort = deed.onerror = () => failed(deed.error);
  });
}

// Which handovers were taken down at this centre, in their order?
export async function queue(centre) {
  const all = await within("queue", "readonly", (store) => store.getAll());
  return all.filter((one) => one.centre === centre).sort((one, other) => one.order - other.order);
}

export const kept = (client) => within("queue", "readonly", (store) => store.get(client));
export const keep = (one) => within("queue", "readwrite", (store) => store.put(one));
export const drop = (client) => within("queue", "readwrite", (store) => store.delete(client));
export const papers = (centre) => within("papers", "readonly", (store) => store.get(centre));
export const keepPapers = (found) => within("papers", "readwrite", (store) => store.put(found));

// A browser short of room may not throw away what nobody else has.
export async function stay() {
  return (await navigator.storage?.persist?.()) ?? false;
}
