/* Without a connection, shows a page that says so. It keeps that page in each language and the
   files it is drawn with, and nothing else: no page of the portal with anybody's data. */
"use strict";

const KEPT = "offline";
const PAGES = ["/offline/en/", "/offline/ar/"];
const LANGUAGE = "/offline/language";
let language = "";

async function keep() {
  await caches.delete(KEPT);
  const cache = await caches.open(KEPT);
  for (const page of PAGES) {
    const response = await fetch(page, { credentials: "omit", cache: "no-cache" });
    const files = (await response.clone().text()).matchAll(/href="(\/static\/[^"]+)"/g);
    await cache.addAll(Array.from(files, (found) => found[1]));
    await cache.put(page, response);
  }
}

async function remember(shown) {
  if (shown && shown !== language) {
    language = shown;
    const cache = await caches.open(KEPT);
    await cache.put(LANGUAGE, new Response(shown));
  }
}

async function offlinePage() {
  const cache = await caches.open(KEPT);
  const stored = await cache.match(LANGUAGE);
  const wanted = (stored ? await stored.text() : navigator.language).slice(0, 2);
  return (await cache.match(`/offline/${wanted}/`)) || (await cache.match(PAGES[0])) || Response.error();
}

async function visit(event) {
  try {
    const response = (await event.preloadResponse) || (await fetch(event.request));
    event.waitUntil(remember(response.headers.get("Content-Language")));
    return response;
  } catch {
    return offlinePage();
  }
}

async function file(request) {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(request)) || Response.error();
  }
}

self.addEventListener("install", (event) => {
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.registration.navigationPreload?.enable().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { mode, url } = event.request;
  if (mode === "navigate") {
    event.respondWith(visit(event));
  } else if (new URL(url).pathname.startsWith("/static/")) {
    event.respondWith(file(event.request));
  }
});
