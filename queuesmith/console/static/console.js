"use strict";
// Requests the content of the page, and again as often as the content says (data-refresh, in seconds).

const main = document.querySelector("main");
const state = document.querySelector("#state");
const here = new URL(location.href);
let again = here.search;
let timer = 0;
let failures = 0;

async function load() {
  clearTimeout(timer);
  if (document.hidden) return; // visibilitychange continues
  let wait;
  try {
    const response = await fetch(here.pathname + again, {
      headers: { "X-Queuesmith-Content": "1" },
      cache: "no-store",
    });
    const text = await response.text();
    if (!response.ok) throw new Error(new DOMParser().parseFromString(text, "text/html").body.textContent.trim());
    const content = new DOMParser().parseFromString(text, "text/html").body.firstElementChild;
    wait = Number(content.dataset.refresh || 0);
    show(content);
    state.textContent = `${wait ? "Live, updated" : "Read"} ${new Date().toLocaleTimeString()}`;
    state.classList.remove("bad");
    failures = 0;
    readOnce();
  } catch (error) {
    const stopped = error instanceof TypeError;
    state.textContent = stopped ? "The console has stopped. Start it again, and open the new URL." : error.message;
    state.classList.add("bad");
    wait = Math.min(60, 5 * 2 ** failures++); // a console that has stopped is not asked every five seconds
  }
  if (wait) timer = setTimeout(load, wait * 1000);
}

// "again" starts a new reading. The updates, a reload and the Back button show its result instead of starting another.
function readOnce() {
  here.searchParams.delete("again");
  again = here.search;
  history.replaceState(null, "", here.pathname + here.search);
}

function show(content) {
  const focused = document.activeElement;
  for (const details of main.querySelectorAll("details[open][id]")) {
    const same = content.querySelector(`#${CSS.escape(details.id)}`);
    if (same) same.open = true;
  }
  const same = main.contains(focused) && focused.id ? content.querySelector(`#${CSS.escape(focused.id)}`) : null;
  if (same && "value" in focused) same.value = focused.value; // the user is typing
  main.replaceChildren(content);
  main.setAttribute("aria-busy", "false");
  same?.focus({ preventScroll: true });
}

main.addEventListener("change", ({ target }) => {
  if (target.id !== "select-all") return;
  for (const box of main.querySelectorAll("[name=message_id]")) box.checked = target.checked;
});
document.addEventListener("visibilitychange", load);
load();
