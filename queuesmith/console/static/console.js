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
  for (const field of main.querySelectorAll("input[id], textarea[id]")) {
    const next = field.value === field.defaultValue ? null : content.querySelector(`#${CSS.escape(field.id)}`);
    if (next) next.value = field.value; // the user has typed something
  }
  main.replaceChildren(content);
  main.setAttribute("aria-busy", "false");
  compareWithPreview();
  same?.focus({ preventScroll: true });
}

// A redrive does what its preview shows. A field that was changed afterwards is not in it.
function compareWithPreview() {
  const warning = main.querySelector("#not-previewed");
  if (!warning) return;
  const changed = [...main.querySelectorAll("#to, #edit")].some((field) => field.value.trim() !== field.defaultValue);
  main.querySelector("#confirm").disabled = changed;
  warning.hidden = !changed;
}

main.addEventListener("input", compareWithPreview);
main.addEventListener("change", ({ target }) => {
  if (target.id !== "select-all") return;
  for (const box of main.querySelectorAll("[name=message_id]")) box.checked = target.checked;
});
document.addEventListener("visibilitychange", load);
load();
